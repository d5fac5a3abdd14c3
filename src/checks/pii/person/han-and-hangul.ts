import { matchesOf } from "../context.ts";
import type { PiiSpan } from "../settings.ts";
import type { Lexicon } from "./lexicon.ts";

/** Names in Chinese, Japanese and Korean script by the surnames and given names that are known. */

const HAN_RUN = /(?<!\p{Script=Han})[\p{Script=Han}々]{2,12}/gu;
const LABEL =
  /(?:担当(?:者)?の?|氏名|名義(?:人)?|受取人|振込人|差出人|宛名|送信者|予約者|患者(?:名)?|申込者|代表者?|署名|作成者|承認者|お客様名|联系人|聯絡人|收件人|寄件人|收款人|付款人|户名|戶名|客户|客戶|经办人|负责人|申请人|持卡人|投保人|作者|法人|姓名|名字)[::は]?[ \u3000]?$/u;
const LABEL_HEAD =
  /^(?:担当者?|受取人|差出人|联系人|聯絡人|收件人|寄件人|收款人|付款人|户名|戶名|客户|经办人|负责人|申请人|持卡人|姓名|氏名|我叫|我是|患者)/u;
const LABEL_REACH = 12;
/** A Chinese or Japanese place, office or company rather than the second half of a name. */
const NO_GIVEN =
  /[県府都道市区區町村郡州省国國駅站大学學校院社店部課科係局署寺川山湖港島岛空城鉄铁路街号號式立線线館馆厅室園园場场通所公司会會員员長长様先生的了是在]/u;
/** What may follow a name at once. */
const AFTER_NAME = /^(?:$|[^\p{L}]|さん|さま|様|くん|ちゃん|です|が|は|と|の|に|を|へ|も|から|より|であ|氏)/u;
/** The end of a text or line, with nothing but a mark or a break in front: a signature. */
const ALONE_BEFORE = /(?:^|[\n!！。.?？—-])[ \u3000]?$/u;

const HANGUL_WORD = /(?<!\p{Script=Hangul})(\p{Script=Hangul}{2,5})(?!\p{Script=Hangul})/gu;
const HANGUL_LABEL =
  /(?:담당자?|예금주|고객(?:명|님)?|수신자?|발신자?|받는 ?사람|보내는 ?사람|이름|성명|성함|신청자|환자(?:명)?|작성자|계약자|피보험자|저는|제 이름은|대표)[ ]?[::은는]?[ ]?$/u;
const JOSA =
  /(?:입니다|이에요|예요|에게|에게서|께서|께|이라고|라고|이랑|이가|씨|님|이|가|은|는|을|를|의|와|과|도|랑|아|야)$/u;
const HANGUL_SURNAMES =
  "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용";

/** Spans in the order of the text, per script. */
export function findEastAsian(text: string, lexicon: Lexicon): PiiSpan[] {
  return [...findHan(text, lexicon), ...findHangul(text, lexicon)];
}

function findHan(text: string, lexicon: Lexicon): PiiSpan[] {
  return matchesOf(text, HAN_RUN).flatMap(({ start, end, match }) => {
    const head = LABEL_HEAD.exec(match[0])?.[0].length ?? 0;
    const name = match[0].slice(head);
    const before = text.slice(Math.max(0, start - LABEL_REACH), start);
    const isLabelled = head > 0 || LABEL.test(before);
    const after = text.slice(end, end + 4);
    if (!isHanName(name, after, isLabelled, lexicon) && !isSignature(name, before, after, lexicon))
      return insideRun(match[0], start, lexicon);
    return [{ start: start + head, end, type: "PERSON" as const }];
  });
}

function isHanName(name: string, after: string, isLabelled: boolean, lexicon: Lexicon): boolean {
  if (name.length < 2 || name.length > 6 || !AFTER_NAME.test(after)) return false;
  return [3, 2, 1].some((length) => {
    const [surname, given] = [name.slice(0, length), name.slice(length)];
    if (!lexicon.isSurnameElsewhere(surname) || given.length > 3) return false;
    if (isLabelled) return given === "" ? length > 1 : !NO_GIVEN.test(given);
    if (given.length === 0 || NO_GIVEN.test(given)) return false;
    return lexicon.isGivenElsewhere(given) || (length > 1 && given.length === 2);
  });
}

/** `由王建国签字`: a surname and a given name that is known, behind a word that people stand after. */
function insideRun(run: string, start: number, lexicon: Lexicon): PiiSpan[] {
  return matchesOf(run, /[由向和与跟给请问叫找让对](?=(\p{Script=Han})(\p{Script=Han}{2}))/gu).flatMap(
    ({ end, match }) => {
      const [, surname = "", given = ""] = match;
      if (!lexicon.isSurnameElsewhere(surname) || !lexicon.isGivenElsewhere(given)) return [];
      return [{ start: start + end, end: start + end + 3, type: "PERSON" as const }];
    },
  );
}

/** Two or three letters alone at the end of a line. */
function isSignature(name: string, before: string, after: string, lexicon: Lexicon): boolean {
  if (name.length > 3 || !/^(?:$|\n)/.test(after) || !ALONE_BEFORE.test(before)) return false;
  return lexicon.isSurnameElsewhere(name.slice(0, 1)) && !NO_GIVEN.test(name.slice(1));
}

function findHangul(text: string, lexicon: Lexicon): PiiSpan[] {
  return matchesOf(text, HANGUL_WORD).flatMap(({ start, match }) => {
    const [word] = match;
    const isLabelled = HANGUL_LABEL.test(text.slice(Math.max(0, start - LABEL_REACH), start));
    const name = [word, word.replace(JOSA, "")].find(
      (form) =>
        form.length === 3 &&
        HANGUL_SURNAMES.includes(form[0] ?? "") &&
        (isLabelled || lexicon.isGivenElsewhere(form.slice(1))),
    );
    return name === undefined ? [] : [{ start, end: start + name.length, type: "PERSON" as const }];
  });
}
