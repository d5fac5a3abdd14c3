import { matchesOf } from "./context.ts";
import type { PiiSpan } from "./settings.ts";

const NAME = "\\p{Lu}[\\p{L}'.-]{0,30}";
const NUMBER = "(?<![\\p{L}\\p{N}.,$€£-])\\d{1,5}(?:[-–]\\d{1,5})?[ ]?[a-zA-Z]?";
const STREET =
  "(?:Street|St|Avenue|Ave|Av|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|Ter|Parkway|Pkwy|Highway|Hwy|Close|Crescent|Cres|Row|Mews|Gardens|Gdns|Grove|Circle|Cir|Trail|Trl|Walk|Hill|Quay|Wharf|Alley|Loop|Plaza|Esplanade|Parade|Broadway)";
const TOWN = `${NAME}(?:[ -](?:${NAME}|am|an der|de|la|del|upon|on|sur|les)){0,3}`;
const POST_CODE =
  "(?:[A-Z]{2}[ ]+\\d{5}(?:-\\d{4})?|\\d{5}(?:-\\d{3,4})?|[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}|(?:[A-Z]{2},? )?[A-Z]\\d[A-Z] ?\\d[A-Z]\\d|[A-Z]{2,3} \\d{4}|\\d{4}(?: [A-Z]{2})?)";
/** `, Apt 4B, Springfield, IL 62704` and its like, all of it optional. */
const UNIT = "(?:,? (?:#|Apt\\.?|Apartment|Suite|Ste\\.?|Unit|Flat|Floor|Fl\\.?|Room|Rm\\.?)[ ]?#?[\\w-]{1,6})?";
const PLACE = `(?:,? ?(?:\\n)?(?:${POST_CODE} ${TOWN}|${TOWN},? ${POST_CODE}|(?<=, ?)${TOWN}(?:, ${POST_CODE})?|${POST_CODE}))?`;

const SHAPES = [
  `${NUMBER} (?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\\.? )?(?:(?:${NAME}|\\d{1,3}(?:st|nd|rd|th)|of|the) ){1,4}${STREET}(?![\\p{L}\\p{N}])\\.?(?: (?:N|S|E|W|NE|NW|SE|SW)\\b\\.?)?${UNIT}${PLACE}`,
  `${NUMBER},? (?:bis |ter )?(?:rue|avenue|av\\.|boulevard|bd\\.?|place|allée|chemin|impasse|quai|cours|route|square) (?:(?:de la|de l'|du|des|de|d'|la|le|les) ?)?${NAME}(?:[ -](?:${NAME}|de|la|du|des|et)){0,4}${PLACE}`,
  `(?<![\\p{L}])(?:Calle|C/|Avenida|Avda\\.?|Av\\.|Plaza|Paseo|Carrera|Camino|Rua|R\\.|Travessa|Praça|Alameda|Via|Viale|Corso|Piazza|Largo|Vicolo) ?(?:(?:de la|de los|de las|de|del|da|do|dos|das|della|dei|di) )?${NAME}(?: (?:${NAME}|de|da|do|del|della|y|e)){0,4},? (?:n[°ºo.]{0,2} ?)?\\d{1,5}[a-zA-Z]?(?![\\p{L}\\p{N}])(?:,? \\d[ºª°][^\\n,]{0,4})?${PLACE}`,
  `(?<![\\p{L}])(?:(?:${NAME} ){0,2}\\p{L}{2,30}(?:straße|strasse|str\\.|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|gracht|plein|kade|gatan|vägen|gade|vej)|(?:${NAME} )(?:Straße|Strasse|Allee|Platz|Weg|Ring|Gasse)|(?:Am|An der|Im|Zum|Zur|Auf der|In der) ${NAME}) \\d{1,4}(?: ?[a-h])?(?![\\p{L}\\p{N}])${PLACE}`,
  `(?<=(?:address|address is|live at|lives at|living at|resides? at|deliver to|ship to|moved to):? )\\d{1,5} (?:\\p{Ll}{2,20} ){1,3}(?:street|st|avenue|ave|road|rd|lane|drive|boulevard|court|terrace|place|close|crescent|way)(?![\\p{L}\\p{N}])`,
  `(?<![\\p{L}])P\\.? ?O\\.? Box \\d{1,7}${PLACE}`,
].map((shape) => new RegExp(shape, "gu"));

/** Street addresses in the ways of several countries, with the town and post code that may follow. */
export function findAddresses(text: string): PiiSpan[] {
  const spans: PiiSpan[] = [];
  for (const shape of SHAPES) {
    for (const { start, end } of matchesOf(text, shape)) spans.push({ start, end, type: "LOCATION" });
  }
  return spans;
}
