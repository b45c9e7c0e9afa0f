// SPDX-License-Identifier: Apache-2.0
#include "ask/words.h"

#include <array>
#include <set>
#include <unordered_map>
#include <vector>

#include "ask/fold.h"
#include "ask/stop_words.h"
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
    Group{Role::measure, "",
          "个 项 种 类 套 倍 平方米 平米 平方 百分点 个百分点 次 个百分 天 元 小时 张 座 栋 部 场 堂 件 节 条 份 门 人次 学时 分钟"},
    Group{Role::change, "up",
          "增长 上升 提高 增加 提升 上涨 涨 升 增 进步 改善 好转 变好 升高 增长了 提高了 上升了 "
          "增加了 涨了 增多 上去 扩大 净增 净增加 净增长 走高 往上走 往上涨 向好 见好 升上去 涨上去 提上去 提上来 涨上来 升上来 升了 提升了 改善了 "
          "多了 变多 变多了 增了"},
    Group{Role::change, "down",
          "下降 降低 减少 下滑 跌 降 退步 变差 恶化 下跌 减 下降了 降低了 减少了 回落 萎缩 净减 净减少 缩小 往下走 往下掉 往下降 走下坡 走下坡路 "
          "走弱 降下来 降下去 跌下去 掉下去 "
          "掉下来 跌下来 滑坡 掉了 "
          "掉 走低 跌了 降了 下滑了 少了 变少 变少了 减了 萎缩了 缩水"},
    Group{Role::change, "any", "变化 变动 变化了 增减 升降 涨跌 变 会变 改变 增减情况 变化量 变化幅度 波动 变了"},
    Group{Role::growth, "down", "降幅 跌幅 下降幅度 下降百分之多少 下滑幅度 减幅 减少幅度 降低幅度 回落幅度"},
    Group{Role::growth, "up", "增幅 增长幅度 增速 涨幅 增长百分之多少 提升幅度 上升幅度 提高幅度 增加幅度 上涨幅度"},
    Group{Role::growth, "any", "增长率 变化率 同比增长率 环比增长率 变动率"},
    Group{Role::rank, "desc",
          "排 从高到低排 由高到低排 从大到小排 从多到少排 排名 排行 排序 排行榜 排名榜 榜单 由高到低 从高到低 从大到小 由大到小 从多到少 "
          "由多到少 降序 按高低 高低排序 排个序 排个名 排一下 排列 排名情况 排个队 排排队 排排名 排排序 排排看 论高低 比高低"},
    Group{Role::rank, "asc", "从低到高排 由低到高排 从小到大排 从少到多排 由低到高 从低到高 从小到大 由小到大 从少到多 由少到多 升序 倒序"},
    Group{Role::most, "desc",
          "最高 最多 最大 最快 最长 第一 第一名 居首 领先 排第一 排名第一 冠军 最宽 最宽敞 最宽裕 最充裕 最富余 最高值 "
          "最大值 最显著 最明显 最猛 榜首 拔尖 拔得头筹 领跑 领头 打头阵 数一数二 最活跃 最频繁 最积极 最踊跃 最集中 最密集 最久 最费时间 最费时 "
          "最厉害 最狠 最凶 最突出 最靠前 排头 打头"},
    Group{Role::most, "asc", "最低 最少 最小 最靠后 最慢 最短 最低值 最小值 最窄"},
    Group{Role::most, "good", "最好 最优 最强 最理想 最佳 最优秀"},
    Group{Role::most, "bad",
          "最差 最弱 垫底 倒数第一 排最后 最后一名 末位 最不理想 最糟 倒数第一名 最拥挤 最挤 最紧巴 最紧缺 最吃紧 最缺 最差劲 最拉胯 最糟糕"},
    Group{Role::head, "", "前 top 前面 排前 排名前 排在前 排名靠前 位居前 位列前 居前 名列前 头"},
    Group{Role::tail, "", "后 倒数 倒数前 排名后 最后 末 排后 排在后 排名靠后 靠后"},
    Group{Role::compare_op, ">",
          "超过 超过了 超出 超出了 高于 大于 多于 超 超了 过了 > 高过 高过了 突破 突破了 大过 不止 高出了 胜过 强过 好于 优于"},
    Group{Role::compare_op, ">=",
          "达到 达到了 不少于 不低于 至少 不小于 >= ≥ 大于等于 达到或超过 够得上 够上 够到 达得到 大于或等于 满 起码 不下于 "
          "超过或等于"},
    Group{Role::compare_op, "<",
          "低于 小于 少于 不足 不到 还不到 没到 还没到 未到 没有到 < 未达到 还未达到 没达到 还没达到 没有达到 还没有达到 未达 没达 不满 没满 未满 "
          "未超过一 不及 弱于 差于 逊于 跌破"},
    Group{Role::compare_op, "<=", "不超过 不高于 至多 不多于 不大于 <= ≤ 小于等于 没有超过 未超过 没超过 小于或等于"},
    Group{Role::compare_op, "=", "等于 恰好 正好 = 刚好"},
    Group{Role::higher, ">",
          "更高 更多 更大 更好 更强 更长 更久 还长 还久 还高 还多 还大 还好 高一些 高一点 高些 多一些 多一点 多些 大一些 大一点 大些 好一些 好一点 "
          "好些 强一些 强一点 长些 长一点 高 多 大 好 强"},
    Group{Role::higher, "<",
          "更低 更少 更小 更差 更弱 更短 还短 还低 还少 还小 还差 低一些 低一点 低些 少一些 少一点 少些 小一些 小一点 小些 差一些 差一点 短些 短一点 "
          "低 少 小 差 弱"},
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
    Group{Role::filler, "", "学生 教师 班 人员 师生 系统 幼儿"},
    Group{Role::quantity, "",
          "百分之多少 百分之几 几比一 几比1 多少比一 多少比1 几块钱 多少钱 几成 几个点 多少个点 几个百分点 多少个百分点 多少了 到多少了 有多少了 "
          "多长时间 多久 多长 几何 多少 有多少 是多少 多大 "
          "多高 "
          "多低 几 多少个 多少是 "
          "为多少 达多少 有几 给个数 好多 好多个 几许"},
    Group{Role::which, "", "哪个 哪一个 哪 谁 哪一 哪里 哪儿 什么地方 哪个地方 哪家 哪一家"},
    Group{Role::which_all, "", "哪些 有哪些 哪几个 哪几 哪几家 都有哪些 都有谁 是哪些 名单 包括哪些 哪几类"},
    Group{Role::group, "kind", "各类 各种 每类 每种 不同类型 不同类别"},
    Group{Role::group, "",
          "各 一边 行是 行为 行放 列是 列为 列放 横轴 纵轴 横轴放 纵轴放 横着放 竖着放 横着是 竖着是 各级 各所 每个 每 每所 每家 分 按 按照 依 依据 "
          "根据 不同 逐个 "
          "逐 按各 分各 分别按 以 细分到 细化到 下钻到 拆到 所有各"},
    Group{Role::spread, "", "分布 分布情况 分组 分类 之间 的分布 各自 统计表 分列"},
    Group{Role::trend, "",
          "趋势 变化趋势 发展趋势 走势 变化情况 变动情况 变化曲线 历史变化 变化过程 发展变化 "
          "演变 历史数据 怎么变化 如何变化 怎样变化 变化如何 变化怎么样 是怎么变的 怎么变的 咋变 咋变的 怎么变 怎样变 如何变 怎么个变法 曲线 走向 "
          "变化轨迹 变化脉络 来龙去脉"},
    Group{Role::when, "",
          "哪一年 哪年 哪个年份 哪个学年 哪一学年 哪一年度 哪年度 什么时候 哪个年度 何时 "
          "那一年 那年 哪学年 哪几年 哪些年 哪些年份 哪几个学年 哪些学年"},
    Group{Role::when, "month", "哪个月 哪月 哪一月 哪一个月 哪个月份 哪些月 哪些月份 哪几个月 几月 几月份"},
    Group{Role::when, "term", "哪个学期 哪一学期 哪一个学期 哪几个学期 哪些学期"},
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
          "差多少个百分点 差几个点 差多少个点 高几个点 低几个点 差几个 相差几个 多几所 多出多少 差几 相差几个百分点 差别"},
    Group{Role::rank_of, "",
          "居第几 居第几位 位居第几 位居第几位 名列第几 名列第几位 列第几 列第几位 占第几 占第几位 排到第几 排到第几位 排到第几名 能排第几 "
          "能排到第几 能排到第几位 第几 排第几 排名第几 第几名 第几位 排多少名 排多少 排多少位 排名多少 名次 "
          "名次是多少 排位 排在第几 排在第几位 排第几名 排第几位 排名是第几 位列第几 "
          "排在什么位置 处于什么位置 排什么名次 排几 排名如何 排名怎么样 排名情况如何 排老几"},
    Group{Role::share, "",
          "占 占比 占多少 占了 占到 构成 结构 组成 所占 占总数 占全部 占全市 比例构成 占多大 "
          "占几成 占百分之几 占百分之多少 占据 占整个 占全体 组成情况 构成情况 结构情况 占比情况"},
    Group{Role::between, "", "区间"},
    Group{Role::without, "",
          "没有 没 无 未 非 不 不是 不含 不包括 不包含 不算在内 不计 除外 除 除了 除去 剔除 排除 扣除 不算 尚未 还没有 "
          "还没 并未 未能 不支持 不具备 没能 撇开 不属于 缺少 欠缺 缺乏 消除了 消灭了"},
    Group{Role::outside, "", "以外 之外 外"},
    Group{Role::average, "", "平均 平均水平 平均值 均值 平均数"},
    Group{Role::per, "",
          "平均每 平均每个 平均每所 平均每名 平均每位 平均每台 平均每间 平均每册 平均每班 "
          "平均到每 平均到每个 平均一个 平均一所"},
    Group{Role::per_student, "", "生均"},
    Group{Role::ratio, "", "之比 除以 比值 和之比 对应多少 带多少 带几个 负担多少 摊到 平均带 配多少 配备多少"},
    Group{Role::sum, "", "加 共 合计 总 总共 一共 总计 之和 加起来 加在一起 累计 合起来 总和 共计"},
    Group{Role::streak, "", "连着 接连 一路 连续 持续 连年 逐年持续 一直 年年"},
    Group{Role::why, "",
          "带起来 带起来的 撑起来 带来 带来的 引起 引起的 为什么 为何 为啥 原因 原因是什么 因为什么 怎么会 怎么就 贡献 贡献度 影响因素 "
          "由谁带动 谁拉低了 谁拉高了 拉低 拉高 拖累 拖后腿 归因 拆解 分解 带动 是谁造成 造成 "
          "拉动 拉的 拉起来 主要靠 增加部分 减少部分 增长部分 导致 什么原因 主要原因 主要是谁 主要来自 来自哪 何以"},
    Group{Role::swap, "", "换成 改成 改为 换为 替换成 换 改 改用 换用 用 改看 换看 变成"},
    Group{Role::more, "", "再 再按 再加 加上 另外 再加上 同时 进一步 再分 并按 再看 也看 也看看 还要 追加 再细分"},
    Group{Role::follow, "",
          "那 那么 那么多 只看 仅看 单看 只要 只统计 只算 继续 同样 其他不变 其它不变 其余不变 "
          "限定 筛选 过滤 仅 只 聚焦 就看 如果只看 如果是 要是 换到 那要是 单独看"},
    Group{Role::drop, "", "不看 去掉 取消 不要 不按 不分 不限 移除"},
    Group{Role::join, "", "乘 乘以 × 和 与 跟 及 以及 、 还有 或 或者 并 并且 且 又 但 但是 而 而且 同 以至 + / - 既 也"},
    Group{Role::versus, "",
          "对比 比较 相比 比 相比较 比一比 对照 vs pk 相对 较 比起 相较 比比看 对比一下 比较一下 "
          "还是 哪头 哪边 哪方 哪一边 哪一方 哪一头 谁高 谁低 谁更高 谁更低 谁多 谁少 谁更多 谁更少 哪个高 哪个低 哪个更高 哪个多 哪个少 "
          "哪个更低 哪个更多 哪家强 谁强 哪个强 哪家高 哪边高 哪边多 谁大 谁小 谁更大 哪个大 哪个小 离 距 距离 比一下 比一比看 一比 比下来 摆一起比 "
          "放一起比"},
    Group{Role::whole, "",
          "全市 本市 我市 全市范围 整个市 全市所有 市里 全城 全市总 全市各级各类 市级 整个城市 "
          "贵市 全市整体 全市总体 咱们市 我们市 咱市 咱全市 咱们全市 我们全市 俺们市 俺市"},
    Group{Role::unable, "",
          "中位数 众数 标准差 方差 四分位 分位数 百分位 极差 离散程度 变异系数 基尼系数 相关性 相关系数 相关关系 关联度 "
          "因果 因果关系 回归 显著性 预测 预计 预估 推算 估计 估算 预期 将来 未来 未来几年 概率 可能性 建议 对策 如何改进 如何提高 "
          "怎么提高 怎样提高 如何改善 异常值 聚类 第二高 第二低 第三高 第三低 第二多 第二少 第三多 倒数第二 倒数第三 次高 次低"},
    Group{Role::unable, "",
          "差异系数 离散系数 均衡系数 均衡指数 离散度 关系 影响 正相关 负相关 照这样下去 照这个速度 按这个速度 照现在的速度 按现在的速度 照此 "
          "照此下去 这样下去 照这个趋势 照这趋势 能降到 能升到 能涨到 会降到 会升到 会涨到 会变成 会达到 将达到 将会 会到多少 按这个趋势 "
          "按这趋势 再过 展望 展望一下 有望达到 估一下 估摸 "
          "日均 周均 每周 每星期 每个星期 按周 逐周 分周 逐日 按天 按日 每日 每天 每一天 天天"},
    Group{Role::supposed, "", "如果 假如 假设 倘若 假使 假定 若是"},
    Group{Role::act, "",
          "改到 改至 调整到 挪到 推迟到 提前到 发到 发给 发送到 寄到 邮箱 发通知 发个通知 发一个通知 发一份通知 发份通知 下通知 下个通知 发函 发个函 "
          "发邮件 发个邮件 发短信 发条短信 "
          "发消息 发个消息 发条消息 "
          "打电话 打个电话 打一个电话 去个电话 通知 通知一下 催 催报 催一下 催一催 催催 催办 催促 提醒 提醒一下 提醒下 转告 转告一下 转发 转发给 "
          "安排 安排一下 部署 整改 督促 督促一下 约谈 表扬 处分 修改 修改一下 帮我改 帮忙改 改一下 改改 更正 更正一下 更新一下 "
          "删除 删掉 删了 录入 补录 填报 填一下 填个表 上传 上传一下 导入 审批 审批一下 批复 签字 盖章 预约 预订 订个 订一个 订一间 订一下 起草 "
          "起草一份 "
          "草拟 拟一份 拟个 润色 润色一下 写一份 写一篇 写一个 写个 写篇 写份 做个ppt 做ppt 打印 打印一份 备份 登录 注册 开通 重置 报修 请假 请个假 "
          "请一天假 请两天假 请三天假 请几天假 请半天假 召集 发起 "
          "演讲稿 发言稿 总结稿 通知稿 报个名 办一下 办个 代办 帮我办 申请一下 帮我申请 交一下 跑一趟 联系一下 拨点钱 拨钱 拨款 修修 修一修 修一下 "
          "解决一下 管一管 管管 治一治 换一个 批一下 催个"},
    Group{Role::opinion, "soft", "你觉得 您觉得 觉得 你认为 您认为 认为 你说 您说 依你看 在你看来"},
    Group{Role::opinion, "",
          "怎么看 你怎么看 您怎么看 怎么看待 如何看待 如何看 看法 有什么看法 推荐 推荐一下 推荐推荐 推荐几所 值得 值不值 值不值得 该不该 应不应该 "
          "要不要 "
          "合不合理 合理吗 评评 点评 点评一下 怎么办 咋办 怎么解决 如何解决 怎么应对 干得 干得好 办得 办得好 靠谱 该怎么 怎么劝 怎么教 怎么管 "
          "怎么办理 如何办理 怎么办手续 手续 办手续 怎么报名 如何报名 怎么申请 如何申请 带哪些材料 带什么材料 需要带哪些 需要带什么 要带什么 "
          "要哪些材料 需要哪些材料 要什么材料 需要什么材料 去哪办 在哪办 哪里办理 怎么走流程"},
    Group{Role::personal, "",
          "身份证 身份证号 身份证号码 证件号 手机 手机号 手机号码 电话 电话号码 联系电话 "
          "联系方式 家庭住址 住址 家庭地址 姓名 学籍号 银行卡 账号 收款账号 银行账号 卡号 密码 家长姓名 父母 监护人电话 "
          "名册 花名册 住哪 住在哪 个人信息 生日 出生日期 病历"},
    Group{Role::chat, "",
          "你好 您好 谢谢 再见 天气 笑话 你是谁 你叫什么 你会什么 你能做什么 几点 星期几 翻译 "
          "写一首 写首 作文 写诗 诗 教案 讲个故事 故事 唱歌 股票 彩票 电影 新闻 吃什么 餐厅 "
          "下雨 下不下雨 下雪 刮风 几度 气温 堵车 早上好 晚上好 无聊 代码 写代码 编程 聊聊天 聊天 心情 星座 旅游 食谱 菜谱 做饭 航班 "
          "火车票"},
};

constexpr Group kStop{Role::stop, "", ""};

struct Table {
  std::vector<std::u32string> texts;
  std::vector<Word> words;
  std::unordered_map<char32_t, std::vector<uint16_t>> by_first;
};

Table made() {
  Table table;
  std::vector<const Group*> groups;
  std::set<std::u32string> seen;
  const auto add = [&](const Group& group, std::string_view all) {
    for (const std::string& word : text::split(all, ' ')) {
      std::u32string folded = fold(word).text;
      if (folded.empty() || !seen.insert(folded).second) continue;
      table.texts.push_back(std::move(folded));
      groups.push_back(&group);
    }
  };
  for (const Group& group : kGroups) add(group, group.words);
  for (const std::string_view all : kStopWords) add(kStop, all);
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
