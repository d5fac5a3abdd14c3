/** Surnames that stand first, as they are written in Latin letters. */
const SURNAMES = new Set(
  `xi ban wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang xie song tang han feng deng cao peng
  zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren shen yao cui zhong tan jin shi liao jia xia fu fang zou xiong
  bai meng qin qiu hou yin xue yan duan lei tao mao hao gong shao wan qian dai mo kong chang chan cheung leung wong lam ng lau ho kwok
  kim lee park choi jung kang cho yoon lim oh seo shin kwon hwang ahn song ryu hong jeong bae baek nguyen tran le pham hoang huynh phan
  vu vo dang bui do ngo duong ly`.split(/\s+/),
);
/** Ordinary English words among them: they need a longer second word. */
const ORDINARY = new Set([
  "he",
  "ma",
  "song",
  "sun",
  "tan",
  "pan",
  "do",
  "fang",
  "long",
  "park",
  "oh",
  "le",
  "bae",
  "wan",
  "gong",
  "chang",
  "su",
  "ban",
]);
const SYLLABLE =
  "(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|an|en|in|un|ai|ei|ao|ou|ia|ie|iu|ua|ue|ui|uo|a|e|i|o|u)";
const PINYIN = new RegExp(`^${SYLLABLE}(?:[-']?${SYLLABLE})?$`);
const KOREAN = /^[a-z]{2,5}-[a-z]{2,5}$/;

/** `Zhang Wei`, `Kim Min-jun`, `Nguyen Thi Huong`; words in lower case without accents. */
export function isEastAsian(words: string[]): boolean {
  const [first = "", second = "", ...rest] = words;
  if (!SURNAMES.has(first) || second === "" || rest.length > 2) return false;
  if (/^(?:nguyen|tran|pham|huynh|hoang|phan|vu|vo|dang|bui)$/.test(first)) return second.length > 1;
  if (ORDINARY.has(first) && second.length < 4) return false;
  return PINYIN.test(second) || KOREAN.test(second);
}
