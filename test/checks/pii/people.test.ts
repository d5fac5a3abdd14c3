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
  "rooms, streets, towns and adverbs": [
    ["Book room Juniper. Magnolia is free all day, Heidi Moser is not.", ["Heidi Moser"]],
    ["Meeting rooms: Juniper, Magnolia and Aspen", []],
    ["Gwendolyn Price, 18 Mill Lane, and 7 Marion Close", ["Gwendolyn Price"]],
    ["Harper Lane ordered 18 tiles", ["Harper Lane"]],
    ["Kun je Sanne vragen? Anders bel ik Joost de Graaf.", ["Sanne", "Joost de Graaf"]],
    ["Anders gesagt: nein. Anders Bergqvist kommer.", ["Anders Bergqvist"]],
    ["para São Paulo e Santo André, assinado por Santo Bianchi", ["Santo Bianchi"]],
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

/** What people are, in words of which many are somebody's name. */
const QUALITIES: Record<string, { after: string[]; words: string }> = {
  english: {
    after: ["I am", "i'm", "so yes, I am", "this is", "it's"],
    words: `
      happy christian gay young rich major lucky merry sunny early frank precious long king joy noble royal swift tired hungry angry sad glad
      sick well fine ready late busy free bored ill sorry sure unsure able unable afraid aware alive dead asleep awake alone lonely single
      married divorced engaged pregnant retired employed unemployed poor broke wealthy famous old middle-aged tall short thin fat strong weak
      brave bold shy quiet loud calm nervous anxious worried scared excited proud ashamed jealous curious confused surprised shocked upset
      mad furious grumpy cheerful jolly gloomy moody serious funny witty clever smart bright brilliant stupid silly foolish wise mature
      childish innocent guilty honest loyal faithful true fair just kind gentle sweet nice mean cruel rude polite humble modest vain
      patient hasty careful careless clumsy lazy diligent active passive fit healthy unwell dizzy thirsty full stuffed drunk sober clean
      dirty messy tidy neat handsome pretty beautiful ugly cute gorgeous blind deaf mute disabled blond brunette ginger pale tan dark
      british english scottish welsh irish french german spanish italian dutch polish russian ukrainian greek turkish american canadian
      mexican brazilian argentinian chilean chinese japanese korean vietnamese thai indian pakistani nigerian kenyan egyptian moroccan
      israeli iranian iraqi syrian swedish norwegian danish finnish swiss austrian belgian hungarian czech romanian bulgarian serbian
      catholic protestant muslim islam jewish hindu buddhist sikh atheist agnostic vegan vegetarian straight bisexual lesbian trans queer
      conservative liberal independent green republican democrat socialist pilot baker cook chef waiter barman nurse doctor dentist surgeon
      vet lawyer judge teacher professor dean student pupil engineer programmer developer designer architect builder carpenter mason
      plumber electrician painter potter tailor weaver tanner cooper smith miller farmer fisher hunter ranger gardener shepherd butcher
      driver sailor captain soldier sergeant marshal marine knight page squire bishop pope abbot monk nun priest deacon clerk archer
      bard piper drummer singer dancer actor artist writer poet author editor reporter journalist manager boss owner partner banker
      broker agent dealer trader cashier seller shopper gamer player winner loser champion hero rebel scout chief prince princess
      duke earl baron sultan emir guest patron tenant patient customer victim witness suspect virgin widow orphan bride groom father
      mother brother sister daughter son cousin uncle aunt dad mom baby kid guy man woman dude buddy chap lad genesis ebony emerald
      rain storm spring summer autumn winter dawn hope faith grace mercy justice love peace gold silver ruby crystal jade pearl olive
      rose violet lily daisy holly ivy heather hazel poppy bond price worth mine heaven ocean river sky star stone field land lane`,
  },
  german: {
    after: ["Ich bin", "ich bin"],
    words: `
      müde froh glücklich traurig ernst frank anders edel selig jung alt krank gesund wach satt hungrig durstig allein ledig reich arm
      frei wild blank lieb brav sicher bereit fertig spät da dabei deutsch christ türke lehrer bäcker müller koch kaiser könig bauer`,
  },
  french: {
    after: ["Je suis", "je suis"],
    words: `
      content contente heureux triste fatigué malade ravi ravie désolé marié fier franc sage juste clément constant modeste prudent placide
      petit grand blond brune parfait sévère loyal fidèle innocent chrétien français belge sourd muet seul libre prêt jeune vieux`,
  },
  spanish: {
    after: ["Soy", "Estoy", "soy"],
    words: `
      feliz contento triste cansado enfermo justo franco modesto severo noble bueno guapo moreno moro blanca rubia rico leal fiel honesto
      generoso soltera cristiano español mexicana médico segundo joven mayor bonita linda clara santo virgen libre listo sincero`,
  },
  italian: {
    after: ["Sono", "sono"],
    words: `
      felice contento stanco triste malato sereno serena franco giusto severo onesto modesto fedele sincero libero libera solo sola bella
      bello bruno bionda italiano romano cristiano santo vero sicuro umile tranquillo clemente costante innocente fortunato benvenuto`,
  },
};

describe("what somebody is", () => {
  it.each(Object.entries(QUALITIES))("is no name in %s", async (_, { after, words }) => {
    const texts = words
      .trim()
      .split(/\s+/)
      .flatMap((word) => after.flatMap((start) => [`${start} ${word}`, `${start} ${word}, and proud.`]));
    const named: string[] = [];
    for (const text of texts) if ((await found(text)).length > 0) named.push(text);
    expect(named).toEqual([]);
  });

  it.each([
    ["i'm ethan from accounts", ["ethan"]],
    ["hi, this is mark calling about my order", ["mark"]],
    ["ich bin uwe, wer bist du", ["uwe"]],
    ["sono giulia, piacere", ["giulia"]],
    ["soy ximena", ["ximena"]],
    ["je suis amélie", ["amélie"]],
    ["my name is joy", ["joy"]],
    ["I am major in history", []],
    ["I am gay and proud", []],
  ])("is told from who somebody is: %s", async (text, expected) => {
    expect(await found(text)).toEqual(expected);
  });
});

describe.each(Object.entries(ROWS))("people: %s", (_, rows) => {
  it.each(rows)("%j", async (text, expected) => {
    expect(await found(text)).toEqual(expected);
  });
});
