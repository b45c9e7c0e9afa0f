// SPDX-License-Identifier: Apache-2.0
#include "ask/words.h"

#include <array>
#include <set>
#include <unordered_map>
#include <vector>

#include "ask/fold.h"
#include "base/text.h"

namespace banmo::ask {
namespace {

struct Group {
  Role role;
  std::string_view argument;
  std::string_view words;  // with blanks between
};

// What stands in two groups has the meaning of the first.
constexpr std::array kGroups = {
    Group{Role::measure, "所", "所 家"},
    Group{Role::measure, "人", "人 名 位"},
    Group{Role::measure, "台", "台"},
    Group{Role::measure, "间", "间"},
    Group{Role::measure, "册", "册 本"},
    Group{Role::measure, "", "个 项 种 类 套 倍 平方米 平米 百分点 个百分点 次 个百分 件 节 条 份 门 人次 学时 分钟"},
    Group{Role::change, "up",
          "增长 上升 提高 增加 提升 上涨 涨 升 增 进步 改善 好转 变好 升高 增长了 提高了 上升了 "
          "增加了 涨了 增多 上去 扩大"},
    Group{Role::change, "down",
          "下降 降低 减少 下滑 跌 降 退步 变差 恶化 下跌 减 下降了 降低了 减少了 回落 萎缩 缩小 "
          "掉"},
    Group{Role::change, "any", "变化 变动 变化了 增减 升降 涨跌 增减情况 变化量 变化幅度 波动 变了"},
    Group{Role::growth, "any",
          "增长率 增幅 降幅 变化率 增长幅度 下降幅度 增速 涨幅 跌幅 增长百分之多少 同比增长率 "
          "环比增长率 提升幅度 下降百分之多少"},
    Group{Role::rank, "desc",
          "排名 排行 排序 排行榜 排名榜 榜单 由高到低 从高到低 从大到小 由大到小 从多到少 "
          "由多到少 降序 按高低 高低排序 排个序 排个名 排一下 排列 排名情况"},
    Group{Role::rank, "asc", "由低到高 从低到高 从小到大 由小到大 从少到多 由少到多 升序 倒序"},
    Group{Role::most, "desc",
          "最高 最多 最大 最快 最长 第一 第一名 居首 领先 排第一 排名第一 冠军 最宽 最高值 "
          "最大值 最显著 最明显 最猛 榜首 数一数二"},
    Group{Role::most, "asc", "最低 最少 最小 最慢 最短 最低值 最小值 最窄"},
    Group{Role::most, "good", "最好 最优 最强 最理想 最佳 最优秀"},
    Group{Role::most, "bad", "最差 最弱 垫底 倒数第一 排最后 最后一名 末位 最不理想 最糟 倒数第一名 最拥挤"},
    Group{Role::head, "", "前 top 前面 排前 排名前 排在前 排名靠前 位居前 位列前 头"},
    Group{Role::tail, "", "后 倒数 倒数前 排名后 最后 末 排后 排在后 排名靠后 靠后"},
    Group{Role::compare_op, ">", "超过 超出 高于 大于 多于 超 > 高过 突破 大过 不止"},
    Group{Role::compare_op, ">=",
          "达到 达到了 不少于 不低于 至少 不小于 >= ≥ 大于等于 达到或超过 大于或等于 满 起码 不下于 "
          "超过或等于"},
    Group{Role::compare_op, "<", "低于 小于 少于 不足 不到 < 未达到 没达到 没有达到 未达 不满 未超过一 不及"},
    Group{Role::compare_op, "<=", "不超过 不高于 至多 不多于 不大于 <= ≤ 小于等于 没有超过 未超过 没超过 小于或等于"},
    Group{Role::compare_op, "=", "等于 恰好 正好 = 刚好"},
    Group{Role::higher, ">", "高 多 大 好 强"},
    Group{Role::higher, "<", "低 少 小 差 弱"},
    Group{Role::after_op, ">=", "以上 及以上 或以上 以上的 往上 或更高 或更多 起"},
    Group{Role::after_op, "<=", "以下 及以下 或以下 以内 之内 往下"},
    Group{Role::own, "district", "本区 我区 全区 我们区 本县 咱们区 本辖区 全县 本区市 我们县"},
    Group{Role::own, "school", "本校 我校 全校 我们学校 咱们学校 我们校 本学校 我所在学校 自己学校"},
    Group{Role::own, "here", "本单位 我单位 我们这 我们这里 我这里 本地区"},
    Group{Role::level, "district", "区市 区 地区 行政区 县 区域 辖区"},
    Group{Role::level, "school", "学校 校 院校 学校间 校际"},
    Group{Role::level, "city", "市"},
    Group{Role::chart, "bar", "柱状图 柱形图 条形图 直方图 柱图"},
    Group{Role::chart, "line", "折线图 曲线图 线图 趋势图 折线"},
    Group{Role::chart, "pie", "饼图 饼状图 扇形图 圆饼图 环形图"},
    Group{Role::chart, "table", "表格 明细表 数据表 列表形式"},
    Group{Role::chart, "map", "地图 区域图"},
    Group{Role::chart, "heat", "热力图 热图"},
    Group{Role::chart, "rank", "排名图 排行图"},
    Group{Role::chart, "stacked", "堆叠图 堆积图 堆叠柱状图 堆积柱状图"},
    Group{Role::chart, "kpi", "数字卡 指标卡"},
    Group{Role::filler, "", "学生 教师 班 人员 师生 男女学生 系统 幼儿"},
    Group{Role::quantity, "", "多少 有多少 是多少 多大 多高 多低 几 多少个 多少是 为多少 达多少 有几"},
    Group{Role::which, "", "哪个 哪一个 哪 谁 哪一 哪里 哪儿 什么地方 哪家 哪一家"},
    Group{Role::which_all, "", "哪些 有哪些 哪几个 哪几 哪几家 都有哪些 都有谁 是哪些 名单 包括哪些 哪几类"},
    Group{Role::group, "kind", "各类 各种 每类 每种 不同类型 不同类别"},
    Group{Role::group, "",
          "各 各级 各所 每个 每 每所 每家 分 按 按照 依 依据 根据 不同 逐个 "
          "逐 按各 分各 分别按 以 细分到 细化到 下钻到 拆到 所有各"},
    Group{Role::spread, "", "分布 分布情况 分组 分类 之间 的分布 各自 统计表 分列"},
    Group{Role::trend, "",
          "趋势 变化趋势 发展趋势 走势 变化情况 变动情况 变化曲线 历史变化 变化过程 发展变化 "
          "演变 历史数据 怎么变化 如何变化 怎样变化 变化如何 变化怎么样 是怎么变的 怎么变的"},
    Group{Role::when, "",
          "哪一年 哪年 哪个年份 哪个学年 哪一学年 哪一年度 哪年度 什么时候 哪个年度 何时 "
          "哪学年 哪几年 哪些年 哪些年份 哪几个学年 哪些学年"},
    Group{Role::yoy, "",
          "同比 去年同期 上年同期 与去年同期相比 和去年同期相比 跟去年同期相比 同去年同期相比 "
          "比去年同期 较去年同期 较上年同期 比上年同期 比去年 较去年 比上年 较上年 与去年相比 "
          "和去年相比 跟去年相比 同去年相比 相比去年 相较去年 相较于去年 与上年相比 和去年比 "
          "跟去年比 与去年比 同去年比 对比去年 比前一年 较前一年 比上一年 较上一年 "
          "与上一年相比 和上一年相比 年同比 去年对比"},
    Group{Role::prior, "",
          "环比 比上期 较上期 与上期相比 和上期相比 比上学期 较上学期 比上个学期 较上个学期 "
          "比上月 较上月 比上个月 较上个月 比上一学年 较上一学年 比上学年 较上学年 "
          "与上学年相比 和上学年相比 与上一学年相比 和上一学年相比 跟上学年相比 跟上一学年比 "
          "跟上学年比 和上学年比 和上一学年比 比上个学年 较上个学年 对比上学年"},
    Group{Role::difference, "",
          "高多少 低多少 多多少 少多少 差多少 相差多少 相差 差距 差距多大 差值 差异 高出多少 "
          "高出 高几个百分点 低几个百分点 差几个百分点 高多少个百分点 低多少个百分点 "
          "差多少个百分点 多几所 多出多少 差几 相差几个百分点 差别"},
    Group{Role::rank_of, "",
          "第几 排第几 排名第几 第几名 第几位 排多少名 排多少 排多少位 排名多少 名次 "
          "名次是多少 排位 排在第几 排在第几位 排第几名 排第几位 排名是第几 位列第几 "
          "排在什么位置 处于什么位置 排什么名次 排几 排名如何 排名怎么样 排名情况如何 排老几"},
    Group{Role::share, "",
          "占 占比 占多少 占了 占到 构成 结构 组成 所占 占总数 占全部 占全市 比例构成 占多大 "
          "占几成 占百分之几 占据 占整个 占全体 组成情况 构成情况 结构情况 占比情况"},
    Group{Role::between, "", "区间"},
    Group{Role::without, "",
          "没有 没 无 未 非 不是 不含 不包括 不包含 除 除了 除去 剔除 排除 扣除 不算 尚未 还没有 "
          "还没 并未 未能 不支持 不具备 没能 撇开 不属于"},
    Group{Role::outside, "", "以外 之外 外"},
    Group{Role::average, "", "平均 平均水平 平均值 均值 平均数"},
    Group{Role::per, "",
          "平均每 平均每个 平均每所 平均每名 平均每位 平均每台 平均每间 平均每册 平均每班 "
          "平均到每 平均到每个 平均一个 平均一所"},
    Group{Role::per_student, "", "生均"},
    Group{Role::ratio, "", "之比 除以 比值 和之比 对应多少 带多少 带几个 负担多少 摊到 平均带 配多少 配备多少"},
    Group{Role::sum, "", "合计 总共 一共 总计 之和 加起来 加在一起 累计 合起来 总和 共计"},
    Group{Role::streak, "", "连续 持续 连年 逐年持续 一直 年年"},
    Group{Role::why, "",
          "为什么 为何 为啥 原因 原因是什么 因为什么 怎么会 怎么就 贡献 贡献度 影响因素 "
          "由谁带动 谁拉低了 谁拉高了 拉低 拉高 拖累 拖后腿 归因 拆解 分解 带动 是谁造成 造成 "
          "导致 什么原因 主要原因 主要是谁 主要来自 来自哪 何以"},
    Group{Role::swap, "", "换成 改成 改为 换为 替换成 换 改 改用 换用 用 改看 换看 变成"},
    Group{Role::more, "", "再 再按 再加 加上 另外 再加上 同时 进一步 再分 并按 再看 也看 也看看 还要 追加 再细分"},
    Group{Role::follow, "",
          "那 那么 那么多 只看 仅看 单看 只要 只统计 只算 继续 同样 其他不变 其它不变 其余不变 "
          "限定 筛选 过滤 仅 只 聚焦 就看 如果只看 如果是 要是 换到 那要是 单独看"},
    Group{Role::drop, "", "不看 去掉 取消 不要 不按 不分 不限 移除"},
    Group{Role::join, "", "和 与 跟 及 以及 、 还有 或 或者 并 并且 且 又 但 但是 而 而且 同 以至 + / 既 也"},
    Group{Role::versus, "",
          "对比 比较 相比 比 相比较 比一比 对照 vs pk 相对 较 比起 相较 比比看 对比一下 比较一下 "
          "谁高 谁低 谁更高 谁更低 谁多 谁少 谁更多 谁更少 哪个高 哪个低 哪个更高 哪个多 哪个少 "
          "哪个更低 哪个更多"},
    Group{Role::whole, "",
          "全市 本市 我市 全市范围 整个市 全市所有 市里 全城 全市总 全市各级各类 市级 整个城市 "
          "全市整体 全市总体 咱们市 我们市"},
    Group{Role::personal, "",
          "身份证 身份证号 身份证号码 证件号 手机 手机号 手机号码 电话 电话号码 联系电话 "
          "联系方式 家庭住址 住址 家庭地址 姓名 学籍号 银行卡 密码 家长姓名 父母 监护人电话 "
          "名册 花名册 住哪 住在哪 个人信息 生日 出生日期 病历"},
    Group{Role::chat, "",
          "你好 您好 谢谢 再见 天气 笑话 你是谁 你叫什么 你会什么 你能做什么 几点 星期几 翻译 "
          "写一首 写首 作文 写诗 诗 教案 讲个故事 故事 唱歌 股票 彩票 电影 新闻 吃什么 餐厅 "
          "早上好 晚上好 无聊 代码 写代码 编程 聊聊天 聊天 心情 星座 旅游 食谱 菜谱 做饭 航班 "
          "火车票 演讲稿 发言稿 总结稿 通知稿 写一份 写一篇 写个"},
    Group{Role::stop, "",
          "至 请问 请 麻烦 帮我 帮忙 帮 我想知道 我想了解 我想看 我想问 想知道 想了解 想看看 "
          "想看 想问 告诉我 说说 说一下 讲讲 查一下 查查 查询一下 查询 查看 查找 查 看看 看一下 "
          "看下 看 瞧瞧 给我 给出 给 统计一下 统计 计算一下 计算 算一下 算算 分析一下 列出来 "
          "列出 列一下 列 显示 展示 展现 呈现 输出 提供 了解一下 了解 汇报一下 汇总一下 了 呢 吗 "
          "吧 啊 呀 嘛 哦 么 之 是 有 为 在 于 对 里 中 内 上 下 里面 当中 其中 情况如何 "
          "情况怎么样 情况怎样 情况 状况 怎么样 如何 怎样 怎么 什么样 什么 是什么 达到 达到了 "
          "达 这个 这 那个 这些 那些 到底 究竟 大概 大约 现有 共有 拥有 具有 具备 存在 目前有 "
          "数据 指标 结果 水平 具体 具体是 具体数据 详细 详情 我们 我 咱们 咱 你 您 他 们 想 要 "
          "需要 应该 可以 能 把 将 都 还 就 才 已 已经 其 些 到 从 所有 全部 整体 总体 总 全体 "
          "分别 一下 一共有 来 去 得 地 着 过 做 出来 下来 起来 方面 来看 来说 而言 角度 谈谈 "
          "说明 全部的 当地 范围内 范围 辖内 里的 所在 所属 属于 下属 下辖 辖区内 名称 名字叫 叫 "
          "被 由 因 会 没法 数 值 数值 本身 关于 有关 相关 进行 开展 一 各项 主要 进展 变化是 "
          "实际 真实 比较好 请把 列表 清单 给一个 一览 一览表 概况 在校 教育 办学 里有 中有 内有 "
          "上有 时 时候 的时候 期间 那一 某 现状 形势 里头 那样 以及其 与否 是否 算 做个 做一个 "
          "取 介于 报送 报送了 开了 开 方式 举办 举办了 "
          "生成 画 绘制 画一个 画个 做成 弄成 出 一个 一张 第 在哪 处于 位于 位列 目前的 表现 "
          "情形 表 图 呈 走 出现 发生 以下是 说 问 问一下 咨询 报 报一下 报告 汇报 汇总 条 家里 "
          "自己 成 率 共 统一 人均 年 份 月 日 全"},
};

struct Table {
  std::vector<std::u32string> texts;
  std::vector<Word> words;
  std::unordered_map<char32_t, std::vector<uint16_t>> by_first;
};

Table made() {
  Table table;
  std::vector<const Group*> groups;
  std::set<std::u32string> seen;
  for (const Group& group : kGroups)
    for (const std::string& word : text::split(group.words, ' ')) {
      std::u32string folded = fold(word).text;
      if (folded.empty() || !seen.insert(folded).second) continue;
      table.texts.push_back(std::move(folded));
      groups.push_back(&group);
    }
  for (size_t i = 0; i < groups.size(); ++i) {
    table.by_first[table.texts[i].front()].push_back(static_cast<uint16_t>(i));
    table.words.push_back({table.texts[i], groups[i]->role, groups[i]->argument});
  }
  return table;
}

const Table& table() {
  static const Table table = made();
  return table;
}

}  // namespace

std::span<const Word> words() { return table().words; }

std::span<const uint16_t> words_beginning(char32_t c) {
  const auto found = table().by_first.find(c);
  return found == table().by_first.end() ? std::span<const uint16_t>() : std::span<const uint16_t>(found->second);
}

}  // namespace banmo::ask
