// SPDX-License-Identifier: Apache-2.0
// Recipes for learning records: the xAPI profiles of the installed packs, and whether statements follow them. Nothing is stored here, and nothing of
// what is sent stands in a log.
#include "events/recipes.h"

#include "api/builder.h"
#include "api/shapes.h"
#include "events/events.h"

namespace banmo::api {
namespace {

using events::Presence;
using events::Profile;
using events::Recipes;
using events::StatementTemplate;
using events::TemplateRule;

constexpr const char* kPresences[] = {"included", "excluded", "recommended"};
constexpr const char* kRules[] = {"included", "excluded", "any", "all", "none", "reference", "unmatched", "undeclared", "statement"};

struct RuleShape {
  static constexpr const char* kName = "RecipeRule";
  std::string location;
  std::optional<std::string> selector, presence;
  std::optional<std::vector<json::Value>> any, all, none;
  std::optional<Two> note;
};
template <class V>
void describe(V& v, RuleShape& x) {
  v.field("location", x.location, {.doc = "JSONPath in a statement."});
  v.field("selector", x.selector, {.doc = "JSONPath in each value found there."});
  v.field("presence", x.presence, {.one_of = kPresences});
  v.field("any", x.any, {.doc = "One of these stands there at least."});
  v.field("all", x.all, {.doc = "Nothing else stands there."});
  v.field("none", x.none, {.doc = "None of these stands there."});
  v.field("note", x.note);
}

struct Property {
  static constexpr const char* kName = "RecipeProperty";
  std::string place, iri;
};
template <class V>
void describe(V& v, Property& x) {
  v.field("place", x.place, {.doc = "Where in the statement, as in verb.id."});
  v.field("iri", x.iri);
}

struct TemplateShape {
  static constexpr const char* kName = "RecipeTemplate";
  std::string id;
  Two title, definition;
  std::vector<Property> properties;
  std::vector<RuleShape> rules;
  std::optional<json::Value> example;
};
template <class V>
void describe(V& v, TemplateShape& x) {
  v.field("id", x.id);
  v.field("title", x.title);
  v.field("definition", x.definition);
  v.field("properties", x.properties, {.doc = "Those that decide whether a statement is of this template."});
  v.field("rules", x.rules);
  v.field("example", x.example, {.doc = "A statement that follows it."});
}

struct RecipeShape {
  static constexpr const char* kName = "Recipe";
  std::string id, iri, version;
  Two title, definition;
  std::vector<TemplateShape> templates;
};
template <class V>
void describe(V& v, RecipeShape& x) {
  v.field("id", x.id, {.doc = "Its name in addresses here."});
  v.field("iri", x.iri);
  v.field("version", x.version, {.doc = "What statements name in contextActivities.category."});
  v.field("title", x.title);
  v.field("definition", x.definition);
  v.field("templates", x.templates);
}

struct ValidateIn {
  static constexpr const char* kName = "ValidateIn";
  std::vector<json::Value> statements;
};
template <class V>
void describe(V& v, ValidateIn& x) {
  v.field("statements", x.statements, {.title = "陈述", .min_length = 1, .max_length = 100});
}

struct FindingShape {
  static constexpr const char* kName = "RecipeFinding";
  std::string pointer, rule;
  std::optional<std::string> template_id;
  Two detail;
};
template <class V>
void describe(V& v, FindingShape& x) {
  v.field("pointer", x.pointer, {.doc = "JSON pointer (RFC 6901) in the statement."});
  v.field("rule", x.rule, {.one_of = kRules});
  v.field("template", x.template_id);
  v.field("detail", x.detail);
}

struct VerdictShape {
  static constexpr const char* kName = "StatementVerdict";
  bool valid = false;
  std::vector<std::string> profiles, templates;
  std::vector<FindingShape> findings;
};
template <class V>
void describe(V& v, VerdictShape& x) {
  v.field("valid", x.valid);
  v.field("profiles", x.profiles, {.doc = "The recipes that it declares; none: it was held against all."});
  v.field("templates", x.templates, {.doc = "The templates that it is of."});
  v.field("findings", x.findings);
}

std::optional<std::string> if_any(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

RuleShape shape_of(const TemplateRule& rule) {
  RuleShape shape{rule.location, if_any(rule.selector), {}, rule.any, rule.all, rule.none, {}};
  if (rule.presence != Presence::any) shape.presence = kPresences[static_cast<size_t>(rule.presence) - 1];
  if (!rule.note.zh.empty()) shape.note = Two::of(rule.note);
  return shape;
}

void add_properties(std::vector<Property>& properties, const std::string& place, const std::vector<std::string>& iris) {
  for (const std::string& iri : iris) properties.push_back({place, iri});
}

TemplateShape shape_of(const StatementTemplate& one) {
  TemplateShape shape{one.id, Two::of(one.title), Two::of(one.definition), {}, {}, {}};
  if (!one.verb.empty()) shape.properties.push_back({"verb.id", one.verb});
  if (!one.object_type.empty()) shape.properties.push_back({"object.definition.type", one.object_type});
  add_properties(shape.properties, "context.contextActivities.parent", one.parent);
  add_properties(shape.properties, "context.contextActivities.grouping", one.grouping);
  add_properties(shape.properties, "context.contextActivities.category", one.category);
  add_properties(shape.properties, "context.contextActivities.other", one.other);
  add_properties(shape.properties, "attachments", one.attachment);
  for (const TemplateRule& rule : one.rules) shape.rules.push_back(shape_of(rule));
  if (!one.example.is_null()) shape.example = one.example;
  return shape;
}

// An installation may have no packs with recipes.
const Recipes& recipes_of(const Call& call) {
  static const Recipes kNone;
  const auto& recipes = call.engines.events->options().recipes;
  return recipes == nullptr ? kNone : *recipes;
}

Result<List<RecipeShape>> list_recipes(const Call& call) {
  List<RecipeShape> list;
  for (const Profile& profile : recipes_of(call).profiles()) {
    RecipeShape shape{profile.name, profile.id, profile.version, Two::of(profile.title), Two::of(profile.definition), {}};
    for (const StatementTemplate& one : profile.templates) shape.templates.push_back(shape_of(one));
    list.items.push_back(std::move(shape));
  }
  return list;
}

Result<json::Value> get_recipe(const Call& call) {
  const Profile* profile = recipes_of(call).by_name(call.path("id"));
  if (profile != nullptr) return profile->document;
  return fail(ErrorCode::not_found, "events.no_such_recipe",
              {"没有这个配方，请从 /api/v1/xapi/profiles 里选", "there is no such recipe: choose one of /api/v1/xapi/profiles"});
}

Result<List<VerdictShape>> validate(const Call& call, const ValidateIn& in) {
  List<VerdictShape> list;
  for (const json::Value& statement : in.statements) {
    Recipes::Verdict verdict = recipes_of(call).check(statement);
    VerdictShape shape{verdict.findings.empty(), std::move(verdict.profiles), std::move(verdict.templates), {}};
    for (const events::TemplateFinding& finding : verdict.findings)
      shape.findings.push_back({events::pointer_of(finding.place), finding.rule, if_any(finding.template_id), Two::of(finding.message)});
    list.items.push_back(std::move(shape));
  }
  return list;
}

}  // namespace

void add_xapi_recipe_routes(Builder& builder) {
  builder.tag("events");
  builder.route<List<RecipeShape>>({.method = "GET",
                                    .path = "/xapi/profiles",
                                    .operation = "list_recipes",
                                    .summary = {"学习记录的配方（xAPI profiles）", "Recipes for learning records (xAPI profiles)"},
                                    .permission = "signed_in"},
                                   list_recipes);
  builder.route<json::Value>({.method = "GET",
                              .path = "/xapi/profiles/{id}",
                              .operation = "get_recipe",
                              .summary = {"一个配方的原文（JSON-LD）", "A recipe as it is written (JSON-LD)"},
                              .permission = "signed_in"},
                             get_recipe);
  builder.route<ValidateIn, List<VerdictShape>>({.method = "POST",
                                                 .path = "/xapi/validate",
                                                 .operation = "validate_statements",
                                                 .summary = {"陈述是否符合配方；不存储", "Whether statements follow the recipes; nothing is stored"},
                                                 .permission = "signed_in"},
                                                validate);
}

}  // namespace banmo::api
