import { matchesOf } from "../context.ts";
import type { PiiSpan } from "../settings.ts";
import { findCased } from "./cased-scripts.ts";
import { findEastAsian } from "./han-and-hangul.ts";
import type { Lexicon } from "./lexicon.ts";

/** Names in scripts without capitals: known by an honorific behind them or by what introduces them. */
const NO_NAMES =
  /^(?:お客|客|皆|神|王|奥|お子|お医者|患者|担当者|御|各位|お母|お父|母|父|娘|息子|兄|姉|弟|妹|お|みな|うちの|この|その|大家|各|老|女|男|新|好|个|個|那|这|這|本|前|后|先|私|我|你|您|他|她)+$/u;
/** Two words of one script; the second may begin the next pair. */
const UNCASED_PAIR =
  /(?<![\p{L}\p{M}])([\p{Script=Arabic}]{3,12}|[\p{Script=Hebrew}]{2,12})( )(?=([\p{Script=Arabic}]{2,15}|[\p{Script=Hebrew}]{2,12})(?![\p{L}\p{M}]))/gu;
const NISBA = /^ال\p{L}{2,10}ي$/u;
const NO_SURNAME = /^(?:في|من|على|عن|هو|هي)$/u;
const RULES: { needs: RegExp; shapes: RegExp[] }[] = [
  {
    needs: /[\p{Script=Han}\p{Script=Katakana}]/u,
    shapes: [
      /(?<![\p{Script=Han}])(?<name>[\p{Script=Han}々]{1,4}(?:[ \u3000][\p{Script=Han}]{1,3})?|[\p{Script=Katakana}ー]{2,8}(?:[・ ][\p{Script=Katakana}ー]{2,10})?)(?=さん|さま|様|氏(?![\p{Script=Han}])|先生|くん|ちゃん|殿(?![\p{Script=Han}]))/gu,
      /(?:名前は|氏名[::]?\s?|お名前[::]?\s?|私は)(?<name>[\p{Script=Han}々]{2,5}(?:[ \u3000][\p{Script=Han}]{1,3})?|[\p{Script=Katakana}ー]{2,8}(?:[・ ][\p{Script=Katakana}ー]{2,10})?)(?=です|と申|と言|といい|。|、|\s|$)/gu,
      /(?:我叫|我的名字(?:是|叫)|我是|他叫|她叫|姓名[::]\s?|联系人[::]\s?|聯絡人[::]\s?)(?<name>[王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董潘袁蔡蒋蔣余于杜叶葉程魏苏蘇吕呂丁任卢盧姚沈钟鍾姜崔谭譚陆陸范汪廖石金贾賈韦韋夏付方邹鄒熊白孟秦邱侯江尹薛闫段雷龙龍史陶贺賀毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴莫孔向常汤湯][\p{Script=Han}]{1,2})/gu,
      /(?<![\p{Script=Han}])(?<name>[王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧][\p{Script=Han}]{0,2}?)(?=先生|女士|小姐|经理|医生|老师)/gu,
    ],
  },
  {
    needs: /\p{Script=Hangul}/u,
    shapes: [
      /(?<!\p{Script=Hangul})(?<name>[김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진][\p{Script=Hangul}]{1,2})(?=\s?(?:씨|님|입니다|이라고|라고 합니다|과장|부장|대리|선생님))/gu,
      /(?:이름은|성함[::]?|이름[::])\s?(?<name>[\p{Script=Hangul}]{2,4}?)(?=입니다|이고|이며|이에요|예요|[\s,.]|$)/gu,
    ],
  },
  {
    needs: /\p{Script=Arabic}/u,
    shapes: [
      /(?<!\p{L})(?:اسمي|إسمي|السيد|السيدة|الدكتور|الدكتورة|المهندس|الأستاذ|(?:العميل|العميلة|الاسم|المستفيد|المريض|الموظف|نام|نام و نام خانوادگی|آقای|خانم)\s?[::]?)\s(?<name>\p{Script=Arabic}{2,15}(?:\s(?!ورقم|رقم|وهاتف|هاتف|من|في|على|عن|و\p{L})\p{Script=Arabic}{2,15})?)/gu,
    ],
  },
  {
    needs: /\p{Script=Hebrew}/u,
    shapes: [
      /(?<!\p{L})(?:שמי|קוראים לי|מר|גברת|גב'|ד"ר|(?:לקוח|לקוחה|שם|שם מלא)\s?[::])\s(?<name>\p{Script=Hebrew}{2,12}(?:\s(?!ו\p{L})\p{Script=Hebrew}{2,12})?)/gu,
    ],
  },
  {
    needs: /\p{Script=Thai}/u,
    shapes: [/(?:นางสาว|นาย|นาง|ดิฉันชื่อ|ผมชื่อ|ฉันชื่อ)\s?(?<name>\p{Script=Thai}{2,20}(?: \p{Script=Thai}{2,20})?)/gu],
  },
  {
    needs: /\p{Script=Devanagari}/u,
    shapes: [
      /(?:मेरा नाम|श्री|श्रीमती)\s(?<name>[\p{Script=Devanagari}\p{M}]{2,15}(?:\s(?!है|हूँ|ने|को|का|की|के|से)[\p{Script=Devanagari}\p{M}]{2,15})?)/gu,
    ],
  },
  {
    needs: /\p{Script=Cyrillic}/u,
    shapes: [
      /(?<!\p{L})(?<name>\p{Lu}\p{Ll}{1,14} (?:\p{Lu}\p{Ll}{2,14}(?:ович|евич|ич|овна|евна|ична) )?\p{Lu}\p{Ll}{1,14}(?:ов|ова|ев|ева|ёв|ёва|ин|ина|ский|ская|цкий|цкая|енко|чук|ук|юк|ян|швили|дзе|ых|их))(?!\p{L})/gu,
      /(?<!\p{L})(?<name>\p{Lu}\p{Ll}{1,14}(?:ов|ова|ев|ева|ёв|ёва|ин|ина|ский|ская|енко|чук|юк) \p{Lu}\p{Ll}{2,14}(?: \p{Lu}\p{Ll}{2,14}(?:ович|евич|ич|овна|евна|ична))?)(?!\p{L})/gu,
      /(?:[Мм]еня зовут|[Зз]овут|[Мм]оё имя|[Гг]осподин|[Гг]оспожа|[Уу]важаем(?:ый|ая)|[Пп]ривет,|[Зз]дравствуйте,)\s(?<name>\p{Lu}\p{Ll}{1,14}(?: \p{Lu}\p{Ll}{1,14}){0,2})/gu,
    ],
  },
];

/** Names in Chinese, Japanese, Korean, Arabic, Hebrew, Thai, Devanagari, Cyrillic and Greek script. */
export function findInOtherScripts(text: string, lexicon: Lexicon): PiiSpan[] {
  if (!/[\u0370-\uffff]/.test(text)) return [];
  const spans: PiiSpan[] = [...findCased(text, lexicon), ...findEastAsian(text, lexicon), ...findPairs(text, lexicon)];
  for (const { needs, shapes } of RULES) {
    if (!needs.test(text)) continue;
    for (const { match } of shapes.flatMap((shape) => matchesOf(text, shape))) {
      const name = match.groups?.name ?? "";
      if (name === "" || NO_NAMES.test(name)) continue;
      const start = (match.index ?? 0) + match[0].lastIndexOf(name);
      spans.push({ start, end: start + name.length, type: "PERSON" });
    }
  }
  return spans;
}

/** In scripts without capitals: a given name that is known, and a surname that is known or has the form of one. */
function findPairs(text: string, lexicon: Lexicon): PiiSpan[] {
  return matchesOf(text, UNCASED_PAIR).flatMap(({ start, match }) => {
    const [, given = "", gap = "", surname = ""] = match;
    if (!lexicon.isGivenElsewhere(given) || NO_SURNAME.test(surname)) return [];
    if (!lexicon.isSurnameElsewhere(surname) && !NISBA.test(surname)) return [];
    return [{ start, end: start + given.length + gap.length + surname.length, type: "PERSON" as const }];
  });
}
