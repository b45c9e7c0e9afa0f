// SPDX-License-Identifier: Apache-2.0
#include "events/record_export.h"

#include <algorithm>

namespace banmo::events {
namespace {

using directory::OrgNo;
using enum records::CellType;

constexpr size_t kPage = 200;  // records; as many as Browse gives at once

// In the order of cells_of().
const std::vector<records::FileColumn>& columns() {
  static const std::vector<records::FileColumn> all = {{"id", "编号", text},
                                                       {"at", "发生时间", instant},
                                                       {"stored", "入库时间", instant},
                                                       {"person_id", "人员编号", text},
                                                       {"person_name", "姓名", text},
                                                       {"actor", "工具所用标识", text},
                                                       {"org_id", "单位编号", text},
                                                       {"org_title", "单位", text},
                                                       {"class_id", "班级编号", text},
                                                       {"class_title", "班级", text},
                                                       {"verb", "动作标识", text},
                                                       {"verb_title", "动作", text},
                                                       {"object_kind", "对象种类", text},
                                                       {"object", "对象标识", text},
                                                       {"object_title", "对象", text},
                                                       {"activity_type", "对象类型", text},
                                                       {"success", "成功", boolean},
                                                       {"completion", "完成", boolean},
                                                       {"score_scaled", "得分率", decimal},
                                                       {"score_raw", "原始分", decimal},
                                                       {"score_min", "最低分", decimal},
                                                       {"score_max", "满分", decimal},
                                                       {"response", "作答", text},
                                                       {"duration", "用时", text},
                                                       {"platform", "平台", text},
                                                       {"registration", "注册", text},
                                                       {"tool", "工具密钥", text},
                                                       {"tool_title", "工具", text},
                                                       {"tool_org_id", "工具所属单位编号", text},
                                                       {"masked", "有隐去内容", boolean},
                                                       {"statement", "原文", text}};
  return all;
}

sql::Value text_or_null(const std::string& said) { return said.empty() ? sql::Value() : sql::Value(said); }
template <class T>
sql::Value value_or_null(const std::optional<T>& said) {
  return said ? sql::Value(*said) : sql::Value();
}

// Chinese where there is any.
sql::Value title_or_null(const Message& title) { return text_or_null(title.zh.empty() ? title.en : title.zh); }

sql::Values cells_of(const directory::OrgTree& tree, const LearningRecord& record) {
  const auto org_id = [&](OrgNo no) {
    const directory::Org* org = tree.find(no);
    return org == nullptr ? sql::Value() : sql::Value(org->id.to_string());
  };
  const auto org_title = [&](OrgNo no) {
    const directory::Org* org = tree.find(no);
    return org == nullptr ? sql::Value() : sql::Value(org->title);
  };
  const Outcome& said = record.outcome;
  const bool is_named = !record.person_name.empty();
  return {record.id.to_string(),
          record.at,
          record.stored,
          is_named ? sql::Value(record.person_id.to_string()) : sql::Value(),
          text_or_null(record.person_name),
          text_or_null(record.actor),
          org_id(record.org),
          org_title(record.org),
          org_id(record.class_org),
          org_title(record.class_org),
          record.verb,
          title_or_null(record.verb_title),
          record.object_kind,
          text_or_null(record.object),
          title_or_null(record.object_title),
          text_or_null(record.activity_type),
          value_or_null(said.success),
          value_or_null(said.completion),
          value_or_null(said.scaled),
          value_or_null(said.raw),
          value_or_null(said.min),
          value_or_null(said.max),
          text_or_null(said.response),
          text_or_null(said.duration),
          text_or_null(record.platform),
          text_or_null(record.registration),
          text_or_null(record.key),
          text_or_null(record.key_title),
          org_id(record.key_org),
          record.masked,
          text_or_null(record.json)};
}

}  // namespace

Result<records::WrittenTable> records_file(const directory::Directory& directory, const Browse& browse, records::Records* records,
                                           const directory::Principal& by, const LearningQuery& query, const std::string& format) {
  using directory::Right;
  if (!by.has(Right::datasets_export) || !by.has(Right::datasets_read))
    return fail(ErrorCode::denied, "events.no_export_right", {"您没有导出学习记录的权限", "you have no right to export learning records"});
  if (records == nullptr)
    return fail(ErrorCode::unsupported, "events.no_records", {"此处不能导出学习记录", "learning records cannot be exported here"});
  const auto tree = directory.orgs();
  const pack::Level level = directory.scope(by, Right::datasets_export, {"org", "person", pack::Level::l2}).max_level;
  LearningQuery position = query;
  position.limit = kPage;
  LearningPage page;
  size_t next_item = 0;
  bool is_last = false;
  const auto next = [&](sql::Values& row) -> Result<bool> {
    while (next_item == page.items.size()) {
      if (is_last) return false;
      BANMO_TRY(page, browse.page(by, position, Right::datasets_export));
      next_item = 0;
      position.cursor = page.next;
      is_last = page.next == 0;
    }
    row = cells_of(*tree, page.items[next_item++]);
    return true;
  };
  return records->write_table(by, {"learning_record", columns(), std::min(level, pack::Level::l3)}, format, next);
}

}  // namespace banmo::events
