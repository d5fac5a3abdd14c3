import type { Run, Word } from "./runs.ts";

/** Companies and brands that are called what a person could be called. */
const COMPANIES =
  /^(?:morgan stanley|charles schwab|jp? ?morgan|ernst young|calvin klein|ralph lauren|tommy hilfiger|hugo boss|louis vuitton|christian dior|philip morris|john deere|harley davidson|aston martin|alfa romeo|rolls royce|mercedes benz|jack daniels?|johnnie walker|jim beam|levi strauss|eli lilly|johns hopkins|carnegie mellon|lockheed martin|saint laurent|merrill lynch|jones lang lasalle|thomas cook|william hill|jimmy choo|tim hortons|papa johns?|trader joes?|goldman sachs|wells fargo|lehman brothers|bear stearns|credit suisse|jack wolfskin|karl lagerfeld|marc jacobs|michael kors|kate spade|tory burch|jil sander|yves rocher|yves saint laurent|jean paul gaultier|giorgio armani|emporio armani|tom tailor|tom ford|peter pan|mary kay|estee lauder|elizabeth arden|helena rubinstein|max factor|max mara|miu miu|ben sherman|fred perry|paul smith|ted baker|hunter boots|laura ashley|victoria beckham|jo malone|charles tyrwhitt|sara lee|betty crocker|uncle bens?|aunt jemima|dr pepper|captain morgan|jose cuervo|don julio|baileys irish|martha stewart|rand mcnally|thomas reuters|dale carnegie|michael page|robert half|kelly services|adam opel|john lewis|austin martin|austin healey|henry schein|edward jones|raymond james|jane street|arthur andersen|peter lang|christie manson|eddie bauer|tommy bahama|perry ellis|bobbi brown|alexander mcqueen|stella mccartney|stella artois|samuel adams|don perignon|dom perignon|mary poppins|james bond|jack russells?|kuehne nagel|kuhne nagel|tom collins|john collins|shirley temple|arnold palmer|harvey wallbanger|bloody mary|harry potter|sherlock holmes|santa claus|mickey mouse|donald duck|robin hood|king kong|homer simpson|darth vader|luke skywalker|frodo baggins|karl marx stadt)$/;

/** The words on both sides of an "and" or "&". */
const JOINED_COMPANIES =
  /^(?:marks spencer|ernst young|johnson johnson|procter gamble|smith wesson|smith nephew|barnes noble|ben jerrys?|black decker|bang olufsen|crate barrel|dolce gabbana|abercrombie fitch|simon schuster|dun bradstreet|bausch lomb|fortnum mason|farrow ball|holland barrett|hewlett packard|jack jones|lord taylor|pratt whitney|saatchi saatchi|standard poors?|villeroy boch|williams sonoma|zadig voltaire|adam eve|romeo juliet|hansel gretel|tom jerry|simon garfunkel|bonnie clyde)$/;

/** By its own words, or together with those that an "and" joins to them. */
export function isCompany(words: Word[], { from, to }: Run): boolean {
  const own = keysOf(words, from, to);
  if (COMPANIES.test(own)) return true;
  const [before, after] = [words[from - 1], words[to]];
  if (before?.key === "and") return JOINED_COMPANIES.test(`${words[from - 2]?.key} ${own}`);
  if (/^ ?& ?$/.test(words[from]?.gap ?? ""))
    return JOINED_COMPANIES.test(`${before?.key} ${own}`) || isSurnamePair(before, words[from]);
  const next = words[to + 1];
  if (after?.key === "and") return JOINED_COMPANIES.test(`${own} ${next?.key}`);
  return (
    /^ ?& ?$/.test(after?.gap ?? "") &&
    (JOINED_COMPANIES.test(`${own} ${after?.key}`) || isSurnamePair(words[to - 1], after))
  );
}

/** `Johnson & Johnson`: surnames around the sign, and no given name for sure. */
function isSurnamePair(one: Word | undefined, other: Word | undefined): boolean {
  return [one, other].every((word) => word?.kind.surname === true && word.kind.given !== "strong");
}

function keysOf(words: Word[], from: number, to: number): string {
  return words
    .slice(from, to)
    .map(({ key }) => key.replaceAll("-", " "))
    .join(" ");
}
