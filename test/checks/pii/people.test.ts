import { describe, expect, it } from "vitest";
import { findPeople } from "../../../src/checks/pii/person/people.ts";

async function found(text: string): Promise<string[]> {
  const spans = await findPeople(text);
  return spans.map(({ start, end }) => text.slice(start, end));
}

const ROWS: Record<string, [string, string[]][]> = {
  "names that a list knows, in many languages": [
    ["We asked Ngozi and Tadeusz to wait for Siobhan.", ["Ngozi", "Tadeusz", "Siobhan"]],
    ["Kateřina Šimková a Ülkü Aksoy", ["Kateřina Šimková", "Ülkü Aksoy"]],
    ["Aprilia, Nokia and Zalando sell more than Décathlon.", []],
  ],
  "what stands in front of a name": [
    ["Inhaberin Xandra Quellmalz", ["Xandra Quellmalz"]],
    ["intestato a Fulgenzio Brambati", ["Fulgenzio Brambati"]],
    ["au nom de Ysoline Carrouget", ["Ysoline Carrouget"]],
    ["Oi, aqui é a Jandira Peçanha.", ["Jandira Peçanha"]],
    ["The landlord, Herr von Quistorp, refuses.", ["von Quistorp"]],
    ["Med venlig hilsen Thyge", ["Thyge"]],
    ["Naapurini Pekka Hakala osti auton.", ["Pekka Hakala"]],
    ["Anh Lê Quang Huy sẽ gọi lại.", ["Lê Quang Huy"]],
    ["A Rosângela pediu silêncio, ho chiesto a Ermenegildo.", ["Rosângela", "Ermenegildo"]],
    ["the mother of Rex", ["Rex"]],
    ["Die Nummer der Hausverwaltung und das Formular der Versicherung", []],
  ],
  "fields and keys": [
    ["id=4;holder=ODALYS FIGUEREDO;cvv=1", ["ODALYS FIGUEREDO"]],
    ["theme=Morgana&font=Arial", []],
    ["giulia: are you there?\noskar: yes", ["giulia", "oskar"]],
  ],
  tables: [
    ["id,first,last\n1,Xyla,Qworz\n2,Bram,Vandermeer", ["Xyla", "Qworz", "Bram", "Vandermeer"]],
    ["| name | dept |\n| Ines Quarrell | Legal |\n| Blue Steel | Tools |", ["Ines Quarrell"]],
    ["id,product,price\n1,Xyla,4\n2,Qworz,5", []],
    [
      "INSERT INTO staff (id, surname, forename) VALUES (1, 'Qworz', 'Xyla'), (2, 'Huber', 'Rosa');",
      ["Qworz", "Xyla", "Huber", "Rosa"],
    ],
    ["INSERT INTO staff VALUES (7, 'Marguerite', 'Lachance', 3);", ["Marguerite", "Lachance"]],
    ["INSERT INTO towns VALUES (7, 'Lisbon', 'Portugal', 3);", []],
  ],
  "other scripts": [
    ["Đặng Thu Hà đã gửi báo cáo.", ["Đặng Thu Hà"]],
    ["担当：高橋美咲", ["高橋美咲"]],
    ["千葉大学と山口県の松本駅", []],
    ["联系人赵敏华", ["赵敏华"]],
    ["这份合同由王建国签字。", ["王建国"]],
    ["담당자 한서윤에게", ["한서윤"]],
    ["Передайте Светлане Кузнецовой привет", ["Светлане Кузнецовой"]],
    ["Меня просили подождать. Вера и надежда.", []],
    ["Ο Γιώργος Παπαδόπουλος ήρθε", ["Γιώργος Παπαδόπουλος"]],
    ["اسمي خالد المنصوري", ["خالد المنصوري"]],
    ["שמי דוד לוי", ["דוד לוי"]],
  ],
  "endings of other languages": [
    ["Değişikliği Serkan Bey'e ve Aylin'in ekibine ilettim.", ["Serkan", "Aylin"]],
    ["Rozmawiałam z Grażyną o dachu.", ["Grażyną"]],
    ["Carmen de la Fuente y Álvaro Ibarra", ["Carmen de la Fuente", "Álvaro Ibarra"]],
  ],
  "what is only called so": [
    ["Marks and Spencer, Johnson & Johnson, Harley-Davidson, Ernst & Young", []],
    ["Hurricane Katrina, storm Ciara, Project Diana, HMS Victoria", []],
    ["a Caesar salad, Rosemary and thyme on roast lamb", []],
    ["Ask Claude or Gemini about the Python code; Julia is a language.", []],
    ["Dr. Oetker pizza, Dr. Martens boots, Mr. Clean", []],
    ["Xavier NX, P.IVA, SWIFT ESSESESS", []],
    ["2x Margherita, 1x Tom Collins, 3 × Shirley", []],
    ["Macy's Thanksgiving parade", []],
  ],
};

describe.each(Object.entries(ROWS))("people: %s", (_, rows) => {
  it.each(rows)("%j", async (text, expected) => {
    expect(await found(text)).toEqual(expected);
  });
});
