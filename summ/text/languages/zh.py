"""Chinese: the words of news that shortening must know, as alternatives of regular expressions."""

from __future__ import annotations

# Days; numbered dates are found by their numbers.
DAYS = (
    "今天|昨天|前天|明天|今晚|昨晚|明晚|今早|日前|近日|昨日|今日|当日|当天|本周|上周|本月|近期|连日来|日内|"
    "[本上下]?(?:周|星期)[一二三四五六日天]"
)

# Parts of a day.
PARTS_OF_DAY = "上午|下午|中午|晚间|晚上|凌晨|清晨|傍晚|深夜|早上|早间|夜间|晚|早"

# Words that only say when.
TIMES = (
    "目前|如今|眼下|现在|当前|今年|去年|明年|前年|期间|以来|以后|之后|之前|截至|截止|"
    "此前|此后|同时|其中|另外|此外|第一季度|上半年|下半年|“[^”]{2,8}”期间|近年来|多年来|"
    "长期以来"
)

# Offices that stand before a name and that titles leave out.
OFFICES = (
    "中共中央政治局常委|中共中央政治局委员|中共中央总书记|中央军委主席|中央军委副主席|"
    "国家主席|国家副主席|国务院总理|国务院副总理|国务委员兼?|外交部长|外交部发言人|"
    "国防部发言人|全国人大常委会委员长|全国人大常委会副委员长|全国政协主席|"
    "全国政协副主席|中央书记处书记|中央纪委书记|中央外办主任|"
    "中央外事工作委员会办公室主任|外交部副部长|总书记|党组书记"
)

# Where meetings are held, which titles leave out.
PLACES = (
    "在(?:北京)?(?:人民大会堂|中南海|钓鱼台国宾馆|中南海紫光阁)|以视频方式|应邀|"
    "在(?:北京|京)(?=会见|同|与|主持|举行|出席|召开|会谈)"
)

# Beginnings of clauses that say when, where or why, and lead up to another.  Conditions are not
# among them: without its condition a claim says more than its sentence did.
OPENERS = (
    "随着|为了|为(?=[^，]{2,20}$)|经过|针对|根据|面对|由于|通过|按照|结合|作为|围绕|鉴于|"
    "依据|应[^，]{2,20}邀请|自[^，]{1,12}[起来]|截至|截止|从[^，]{1,20}(?:来看|看)|"
    "在[^，]{1,30}(?:期间|之际|后|时|中|前|下|背景下|上|之后|之前|同时)$|"
    "当[^，]{1,20}时$|据|虽然|尽管|因为|不仅|对于|关于"
)

# Words that link a sentence to the one before.
LINKS = (
    "其中|同时|此外|另外|目前|但是|但|不过|因此|所以|而且|并且|然而|对此|当前|眼下|如今|"
    "此前|随后|不久前"
)

# Ends of clauses that say who speaks.
SPEECH = (
    "说|称|表示|指出|强调|认为|显示|介绍|宣布|透露|报道|发表声明|声明说|消息|数据|获悉|"
    "提出|呼吁|要求|警告|通报|证实|发布|回应|坦言|写道|评论"
)

# A line that ends with one of these has been cut in the middle.
NEVER_LAST = (
    "的|地|得|和|与|及|或|在|对|向|从|把|被|将|以|为|于|由|是|有|等|并|而|但|因|如|若|即|"
    "之|所|个|名|位|中|、"
)

# What holds one of these is never left out.
DENIALS = "不|没|未|无|非|否认|驳斥|驳回|拒绝|反对|取消|避免|难以|如果|若|一旦|只有|只要|除非"

# Verbs before which a place or an occasion ("在...") may be left out, if nothing else fits.
HELD = (
    "举行|召开|举办|开幕|闭幕|拉开帷幕|启动|开工|开通|开播|发布|发表|会见|会谈|出席|参加|签署|"
    "宣布|表示|接受|主持|考察|调研|视察|亮相|播出|进行|展开|成立|揭牌|落幕|上映|发射|遭遇|发生|"
    "坠毁|爆发|通过|打响|上线|交付|投产|投运|竣工|揭晓|介绍|强调|指出|呼吁|讨论|致辞|发言"
)

# Descriptions before a noun that may be left out, if nothing else fits.
DESCRIPTIONS = (
    r"由[^，。；：的]{2,48}(?:主办|承办|组织|制作|主持|举办|召集|发起)的|"
    r"(?:以)?主题为“[^”]{1,30}”的|以“[^”]{1,30}”为主题的|题为[“《][^”》]{1,30}[”》]的|"
    r"为期[^，]{1,4}(?:天|日|周|个月|年)的|[^，。；：“”《》（）的]{0,12}(?:一年一度|备受关注|举世瞩目)的"
)

# Behind the first statement of a clause, these begin a second, with which a line need not go on.
SECOND = "并(?!非|不|列|购|网|肩|行)|并且|同时(?=[^，]{3})|以及(?=[^，]{4})"

# What abstracts say before what they are about: 目的 探讨..., 本文提出了一种..., 综述了...
INQUIRY = (
    "(?:进一步|深入|系统|初步)?(?:探讨|研究|观察|分析|评价|评估|了解|考察|调查|总结|比较|介绍|综述|阐述|论述|讨论|"
    "提出|探索|阐明|明确|概述|回顾|建立|设计)"
)
_WHO = "(?:本文|文章|本研究|该文|笔者|作者)[，,]?(?:主要|首先|重点|着重|就)?"
PURPOSE = (
    rf"(?:[【\[]?目的[】\]]?[:：\s]*(?:{INQUIRY})?了?|{_WHO}{INQUIRY}(?:并[\u4e00-\u9fff]{{2}})?了?(?:一种|一个|一套)?"
    rf"|{INQUIRY}(?:并[\u4e00-\u9fff]{{2}})?了(?:一种|一个|一套)?|提出(?:一种|一个|一套))"
    r"(?=[^，,。；]{6})"
)

# What was done with the subject of an abstract.
STUDIED = (
    "研究|分析|探讨|讨论|探索|介绍|综述|总结|评价|评估|比较|观察|考察|测定|检测|调查|阐述|论述|概述|提出|建立|设计|构建|"
    "开发|实现|揭示|阐明|了解|明确|解决|提高|制备|合成|计算|预测|模拟|验证|识别|改善|优化|确定|描述|回顾|展望|推导"
)

# What only abstracts and reports of studies have; the first of them in any one sentence, too.
ABSTRACTS = (
    "本文|该文|本研究|[【\\[]?目的[】\\]]?(?:[:：\\s]|探讨|研究|观察|分析|评价|了解|比较|总结|建立)|"
    "(?:结果|实验|试验|研究|仿真|分析|计算|应用)(?:结果)?(?:表明|显示|发现)|"
    "(?:^|[，,。])(?:研究|探讨|分析|综述|论述|讨论|概述)了"
)
STUDIES = (
    "结论|(?:研究|探讨|分析|综述|论述|阐述|介绍|讨论|概述|总结|提出|建立|设计|制备|合成|测定|比较)了|"
    "进行了?(?:[^，。]{0,8})(?:研究|分析|探讨|讨论|综述|模拟|试验|实验|比较|设计|评价)|提出(?:一种|一个|一套)|"
    "(?:提出|建立|设计|构建|开发|采用|应用|基于|利用)[^，。,]{2,24}(?:模型|方法|算法|系统|技术)|"
    "[\u4e00-\u9fff]法(?:研究|测定|制备|分析|合成|检测)"
)

# What news has and abstracts do not.
NEWS = f"{DAYS}|记者|发布会|新闻|国务院|中共|主席|总统|总理|书记|部长|{OFFICES}"

# With what the subjects of studies end.
STUDIED_NOUNS = (
    "影响|研究|方法|分析|模型|特征|算法|关系|应用|系统|设计|问题|作用|性能|机制|效果|技术|特性|规律|对策|进展|"
    "策略|评价|途径|价值|意义|机理|过程|现状|结构|因素|原理|功能|特点|发展|条件|参数|变化|分布|工艺"
)
