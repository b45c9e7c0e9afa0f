// SPDX-License-Identifier: Apache-2.0
#include "sql/faults.h"

#include <algorithm>
#include <iterator>

namespace banmo::sql {
namespace {

struct Row {
  Fault fault;
  ErrorCode code;
  const char* id;
  const char* zh;
  const char* en;
};

constexpr Row kFaults[] = {
    {Fault::unique_violation, ErrorCode::conflict, "sql.unique_violation", "已有相同键的记录；请改用更新，或换一个键",
     "a record with the same key exists; update it or choose another key"},
    {Fault::foreign_key_violation, ErrorCode::conflict, "sql.foreign_key_violation", "所引用的记录不存在，或仍被别的记录引用；请先处理对应的记录",
     "the record referred to does not exist, or others still refer to this one; deal with those first"},
    {Fault::not_null_violation, ErrorCode::invalid, "sql.not_null_violation", "缺少必填的值；请补全后再试",
     "a required value is missing; fill it in and try again"},
    {Fault::check_violation, ErrorCode::invalid, "sql.check_violation", "有一个值不符合约束；请改正后再试",
     "a value breaks a constraint; correct it and try again"},
    {Fault::bad_value, ErrorCode::invalid, "sql.bad_value", "有一个值的类型或范围与列不符；请改正后再试",
     "a value does not fit its column's type or range; correct it and try again"},
    {Fault::interrupted, ErrorCode::timeout, "sql.interrupted", "查询用时过长，已中断；请缩小范围后再试",
     "the query took too long and was stopped; narrow it and try again"},
    {Fault::disk_full, ErrorCode::storage_full, "sql.disk_full", "磁盘已满，暂时只能读取；请清出空间，写入会自动恢复",
     "the disk is full, reading goes on; free some space and writing resumes by itself"},
    {Fault::fenced, ErrorCode::unavailable, "sql.fenced", "写盘失败，为保护数据已停止写入；请检查磁盘后重新启动服务",
     "writing to the disk failed, so writes are refused to protect the data; check the disk, then restart the service"},
    {Fault::busy, ErrorCode::unavailable, "sql.busy", "数据库正被别的程序占用；请稍后再试，并确认只有一个服务在使用它",
     "another program holds the database; try again, and make sure that only one service uses it"},
    {Fault::no_free_connection, ErrorCode::unavailable, "sql.no_free_connection", "数据库连接都在使用中；请稍后再试",
     "all database connections are in use; try again shortly"},
    {Fault::out_of_memory, ErrorCode::unavailable, "sql.out_of_memory", "数据库内存不足；请缩小查询范围，或调大内存上限",
     "the database ran out of memory; narrow the query or raise its memory limit"},
    {Fault::read_only, ErrorCode::internal, "sql.read_only", "只读连接不能写入；请通过 write() 修改",
     "a connection for reading cannot write; change data through write()"},
    {Fault::nested_write, ErrorCode::internal, "sql.nested_write", "写入之中不能再对同一数据库调用 write()；请使用传入的连接",
     "write() was called on the same database from inside a change; use the connection that was passed in"},
    {Fault::connection_in_use, ErrorCode::internal, "sql.connection_in_use",
     "逐行读取或追加尚未结束，不能在同一连接上再执行语句；请先读完，或另取一个连接",
     "a row callback used the connection that calls it; finish first or lease another connection"},
    {Fault::parameter_count, ErrorCode::internal, "sql.parameter_count", "参数个数与语句不符；请核对 $1..$n",
     "the number of parameters does not match the statement; check $1..$n"},
    {Fault::transaction_in_change, ErrorCode::internal, "sql.transaction_in_change", "写入之中不能自行开始或结束事务；write() 已在事务之中",
     "a change must not begin or end transactions itself; write() already runs in one"},
    {Fault::change_threw, ErrorCode::internal, "sql.change_threw", "写入时发生内部错误，已撤销；请查看日志",
     "a change failed with an exception and was rolled back; see the log"},
    {Fault::cannot_open, ErrorCode::unavailable, "sql.cannot_open", "无法打开数据库；请检查路径、权限与连接设置",
     "cannot open the database; check its path, rights and connection settings"},
    {Fault::connection_lost, ErrorCode::unavailable, "sql.connection_lost", "与数据库的连接已断开，本次操作未生效；请稍后再试",
     "the connection to the database broke and nothing was changed; try again shortly"},
    {Fault::commit_unknown, ErrorCode::unavailable, "sql.commit_unknown", "提交时连接断开，不确定是否已生效；请查询后再决定是否重做",
     "the connection broke while committing, so the outcome is unknown; look before repeating"},
    {Fault::serialization, ErrorCode::unavailable, "sql.serialization", "与其他写入反复冲突，已放弃；请稍后再试",
     "the change collided with others too often and was given up; try again shortly"},
    {Fault::unsupported_type, ErrorCode::unsupported, "sql.unsupported_type", "结果含有不支持的列类型；请在语句中用 CAST 转换",
     "the result has a column of an unsupported type; CAST it in the statement"},
    {Fault::no_such_column, ErrorCode::internal, "sql.no_such_column", "表中没有要追加的列；请核对列名",
     "the table has no such column to append to; check the names"},
    {Fault::corrupt, ErrorCode::internal, "sql.corrupt", "数据库文件已损坏，或不是数据库文件；请从备份恢复",
     "the database file is damaged or is none; restore a backup"},
    {Fault::io, ErrorCode::unavailable, "sql.io", "读写数据库文件失败；请检查磁盘", "reading or writing the database file failed; check the disk"},
    {Fault::statement, ErrorCode::internal, "sql.statement", "数据库语句执行失败；请查看日志", "a database statement failed; see the log"},
};

}  // namespace

Error error_of(Fault fault, std::string cause, std::string where) {
  const auto* row = std::find_if(std::begin(kFaults), std::end(kFaults) - 1, [&](const Row& each) { return each.fault == fault; });
  return fail(row->code, row->id, {row->zh, row->en}, std::move(where), std::move(cause));
}

std::string cause_of(std::string_view words, std::string_view statement) {
  constexpr size_t kMaxStatement = 400;
  std::string cause(words);
  if (!statement.empty()) cause.append(", in: ").append(statement.substr(0, kMaxStatement));
  return cause;
}

std::string without_quoted(std::string_view words) {
  std::string out;
  char open = 0;
  for (const char c : words) {
    if (open == 0) {
      out += c;
      if (c == '\'' || c == '"') open = c;
    } else if (c == open) {
      out += "…";
      out += c;
      open = 0;
    }
  }
  return out;
}

}  // namespace banmo::sql
