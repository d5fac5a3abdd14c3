/** Things that are called what people are called, known by what stands around them. */

const REACH = 60;

/** Right before a name: a storm, a ship, a ruler, a plan. */
const EPITHET =
  /(?<!\p{L})(?:hurricane|(?:tropical )?storm|typhoon|cyclone|project|operation|codename|planet|asteroid|comet|moon|saint|st\.?|santa|san|são|sainte?|sankt|king|queen|emperor|empress|pope|hms|uss|mv|lake|mount|fort|cape|class|module|package|library|model|version|release|theatre|theater|street|avenue|rue|via|calle|rua|straße|platz|place|plaza|bridge|hotel|café|cafe|bar|restaurant|church|cathedral|basilica|room|boardroom|raum|saal|sala|salle|zaal|aula|building|wing) $/iu;
/** So many pieces of it. */
const QUANTITY = /(?<![\p{L}\p{N}])\d{1,3} ?[x×] $/iu;
/** Right behind one. */
const AFTER_THING =
  /^(?:'s)? (?:salad|dressing|sauce|sandwich|tea|wine|beer|whiskey|whisky|chocolate|cookies?|pizza|soap|spray|boots|shoes|jeans|perfume|dolls?|terriers?|dogs?|cats?|tractors?|guitars?|pianos?|cameras?|pens?|chips?|boards?|cores?|processors?|tests?|suites?|specs?|pipelines?|jobs?|plugins?|builds?|agents?|servers?|compilers?|scripts?|packages?|modules?|framework|library|languages?|models?|optimi[sz]ers?|engine|effect|curves?|scale|constant|theorem|equation|law|paradox|machine|disease|syndrome|sign|reflex|palsy|bridge|tower|station|airport|line|stadium|arena|festival|awards?|prizes?|cup|trophy|edition|oil|essential oil|leaves|seeds|flowers?|plants?|bush|powder|cut|collar|hat|chair|lamp|sofa)(?![\p{L}\p{N}])/iu;
/** A short word in capitals or a number of the kind that models have. */
const MODEL_NUMBER = /^ (?:[A-Z]{1,3}\d{1,4}|[A-Z]{2,3}|\d{1,3}(?:\.\d+)+)(?![\p{L}\p{N}'])/u;

/** Programs, languages and assistants. */
const SOFTWARE =
  /^(?:claude|siri|alexa|cortana|gemini|bard|grok|jarvis|bixby|julia|haskell|jenkins|jasmine|django|ruby|crystal|ada|pascal|eiffel|dylan|elm|eve|rasa|nova|sonnet|opus|mocha|karma|athena|hermes|apollo|maven|gradle|jira|trello|travis|cypress|selenium|celery|ansible|vagrant|docker|helm|jaeger|istio|jasper|adam|orion|odin|thor|loki)$/;
const SOFTWARE_CONTEXT =
  /(?<![\p{L}\p{N}])(?:languages?|python|java|javascript|typescript|rust|golang|rails|code|coding|compilers?|builds?|ci|models?|llms?|gpt|chat ?gpt|chatbots?|assistants?|prompts?|apis?|optimi[sz]ers?|framework|library|packages?|plugins?|pipelines?|deploy(?:ed|s|ment)?|hey|ai|server|repo(?:sitory)?|docker|kubernetes|software|install(?:ed)?|update[ds]?|version|dashboard|gemini|copilot|siri|alexa|sgd)(?![\p{L}\p{N}])/iu;
/** Plants, herbs and colours. */
const PLANT =
  /^(?:rosemary|basil|sage|ginger|heather|ivy|lily|daisy|holly|hazel|iris|jasmine|violet|poppy|olive|myrtle|laurel|fern|rose|willow|clover|primrose|marigold|saffron|cicely|angelica|valerian|anise|dill|bryony|camellia|dahlia|magnolia|petunia|azalea|zinnia|juniper|rowan|ash|elm|lavender|cherry|clementine|apple|peach|plum|olivia|cedar|aspen|birch|maple|hawthorn|acacia|cypress|linden|sequoia|aster)$/;
const PLANT_CONTEXT =
  /(?<![\p{L}\p{N}])(?:basil|sage|thyme|ginger|garlic|onions?|salt|pepper|parsley|oregano|mint|herbs?|spices?|recipe|chicken|lamb|roast|oven|leaves|garden(?:ing)?|moor|soil|pruned?|plants?|planted|flowers?|blooms?|grows?|growing|bouquet|scent|fragrance|shrubs?|hedge|lawn|seeds?)(?![\p{L}\p{N}])/iu;
/** Rooms are called after plants, too: what is said of them. */
const ROOM_CONTEXT = /(?<!\p{L})(?:meeting rooms?|conference rooms?|rooms?|floors?|booked)(?!\p{L})/iu;
const AFTER_ROOM = /^ (?:is|was|will be) (?:still |already )?(?:free|booked|occupied|vacant|reserved|taken)(?!\p{L})/u;
/** Shops, makers and publishers that are always written with an apostrophe. */
const SHOP =
  /^(?:macy|wendy|denny|levi|lowe|mcdonald|domino|arby|kohl|carl|sotheby|christie|lloyd|moody|sainsbury|dillard|hershey|kellogg|campbell|reese|reuter|harrod|selfridge|morrison|waitrose|wilko|bloomingdale|chili|hardee|popeye|zaxby|culver|applebee|friday|lay|smucker|mott|claire|peet)$/;
/** With a title in front, and yet nobody. */
const TITLED =
  /^(?:dr\.? (?:oetker|martens?|pepper|scholl|dre|who|strange|house|phil|evil|seuss|jekyll)|doctor (?:who|strange)|mr\.? (?:clean|coffee|robot|muscle|kipling|potato|monopoly|spock|hyde)|mrs\.? (?:meyer|doubtfire|fields|butterworth|dalloway|claus)|ms\.? (?:marvel|pacman)|miss (?:universe|world|piggy|saigon|america|marple)|captain (?:america|morgan|marvel|hook|crunch)|uncle (?:ben|sam|bob)|aunt (?:jemima|bessie)|sir (?:lancelot|galahad)|lady (?:gaga|macbeth|liberty)|father christmas|mother teresa|madame (?:bovary|tussauds|butterfly))$/;

/** Whether the one word from `start` to `end` is called after a person, or no person's name here at all. */
export function isNamesake(text: string, start: number, end: number, key: string): boolean {
  const before = text.slice(Math.max(0, start - REACH), start);
  const after = text.slice(end, end + REACH);
  if (EPITHET.test(before) || AFTER_THING.test(after) || MODEL_NUMBER.test(after)) return true;
  if (SHOP.test(key) && /^'s(?! (?:\p{Ll}))/u.test(after)) return true;
  if (SOFTWARE.test(key) && (SOFTWARE_CONTEXT.test(before) || SOFTWARE_CONTEXT.test(after))) return true;
  if (!PLANT.test(key)) return false;
  return PLANT_CONTEXT.test(before) || PLANT_CONTEXT.test(after) || ROOM_CONTEXT.test(before) || AFTER_ROOM.test(after);
}

/** Whether an amount stands in front: then it is sold by the piece. */
export function isCounted(text: string, start: number): boolean {
  return QUANTITY.test(text.slice(Math.max(0, start - 8), start));
}

/** Whether a title and what follows it make the name of a product or a tale. Lower case, without accents. */
export function isTitledThing(title: string, key: string): boolean {
  return TITLED.test(`${title} ${key}`);
}
