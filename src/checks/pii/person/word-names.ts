/**
 * Given names that are also words which people say of themselves or of a thing: `this is genesis`, `sono felice`. Lower case,
 * without accents; a star stands behind those that are such a word only where an accent is written, such as `marié`.
 */

const ENGLISH = wordsOf(`
  abbey adonis afro agape amaryllis anemone archer aria aspen aster azalea bandar barman begum bilge bonnie bonny buddha burley caesar
  camelia cager candela celeste cherry christen clement cornel danish dahlia diamond diamante divine dodo drake ebony elan elite emerald fedora
  fender ferry flora florentine gage garland garnet garrison genesis gentian griffin gunner henna herald holden homer hyacinth innocent
  islam jasmin jihad joker juniper kismet lacy lama lone lore mac madonna mage magnolia marge marigold marlin marquis marquise marten maxim
  merlin merle nana nanny nimrod nomad octave opaline paisley pansy peregrine perfecto pierce pinkie ploy primrose prudence prudent puja ram
  rani roan roman romans rosemary rover rubin saffron saga salami savanna sender senna serge serif shalom sherry shin spas
  strider swami swan sylvan taiga talon tapas taro taurean teddy toy unto vesta virgin wit wolfram zephyr zinnia zombie
`);

const OTHER = wordsOf(`
  aime* aimee* albino alto alta amabile amable amado amada amador amando amant amara amaro amato amata amatore ambra amico amiga amigo amie amino
  anders angelica angelique angelo anima ardito armando arto asma atento audace augusta auguste augusto azzurra bambina
  barman baron bastian batista beata beato bella bello bellino benigna benigno benoit benvenuto bianca bianco blanc blanca blanche blanco blank
  bonita bonito bruna bruno buena bueno cadet calma calmo candida candide candido cara caro casta casto celeste cher chere cherie chretien christ christen
  claire clair clara claro clemente clement clemencia compagna concetto constant constante contenta cortes costante creole cristal cristiana cristiano
  cupido decimo desiderato desideria desire desiree devota devoto diamante diva divina divine divino divo domenica dona donna donato doucet duc dulce edel
  elite engage ernst esmeralda esperanza estrella facundo fausta fausto fedele felice felicidad felicita felix feliz feroz fidel fidele fidelia fier fiera fiero fiore
  firme fleur flor florentino fortunata fortunato franc franca france frances francesa franco frank frisk gage gaia gaio gala galo garrida garrido
  generosa generoso gentil germain germaine germana germano giocondo gioia giusta giusto glad glauco gracia grato grata guapa hardi hellene hermana hermano hilaire
  honesta honesto honore ida illuminato immacolata immacolato innocent innocente innocenza inocente islam jolie joven joya juda jure* justa juste
  justo kamel kort lama laure* leal leon leona leone leopardo libera liberato liberatore libero libertad liberto libre lief lieta lieto lieve lila linda linde lindo lista loup
  luminosa lumineux luz magna magno maire maja mala malin mama mana mansa mansueto maria* marie* marin mario* maxima maxime* maximo medico mia mina mio moche modesta modeste
  modesto moglie mona morena moreno moro mutua nadir nana nano narcisse nena nene nieves nina* nino* noble norma nueva nova novo nubile octavo onesta onesto orgullosa orso orsa
  pacifica pacifico pacifique padrino palma paloma panda paquita parfait pardo pasquale paterne pelo pellegrino perfecta perfecto perdita perla perpetua petit pia pieta pieux pina pio placida placide
  placido prima primo primitivo privato proprio prospera prospere prospero prudence prudent prudente prudenza queda querida quieta rabia rapida rasa raro rara ravi ravie real
  regina regula reina reine reino ren reto rica rico risa roi romain romaine roman romana romano rosa rosina rubia rubio rufo salva sage sain saint sana sancho sano santa santo sauveur segunda segundo
  selig selva selvaggia sensible serafin serena sereno serge severa severe severo sexta sicura sicuro silvestre silvester sincera sincere sincero soave sobre sola solar soledad soleil solenne
  solitaire solo soltera speranza stella stolt sund sylvestre tapas tarde terza terzo teufel tien timo tosco tot tod tranquila tranquilo tranquilla tranquillo triste trygg umida umile unica unico unita
  urbain urbana urbano usa val valente valiente valentino vasco veloz venerando vera vergine vero victoire vida vigile vigilant viola virgen vita vital vitale
  vittoria viva vivo wild wil zen
  allen solange naja nur harto harta ella mira gusta isla monte segun mai nel nella nello mani vada sarai benvenuta massima massimo nuda nonna
  guida barca novita sesto gita merce grazia nao uma ela isto desta tia amar louca bela rei hein cem onder elke ander ene bende rijk moe
  slaven roos galen ute inga hans rena reda klara sota doda sarade jo ved unna ned aina isa mies sina saman mutlu adil masum zeki aziz
  sadik yeni tane deli melek minik rahat anne abi hasta dini salim ozgur muazzam yuce hala ona hadi bence bende araba evin geri
`);

/** Last words of "I am" and "this is" in English. */
const ENGLISH_ENDS = /^(?:am|i'm|im|is|that's|it's|its|called|with)$/;

/** Whether this word after "I am" is more likely what it means than a name. `introduced` is the last word in front. */
export function isWordName(word: { key: string; isAccented: boolean }, introduced: string | undefined): boolean {
  if (ENGLISH.has(word.key)) return true;
  if (ENGLISH_ENDS.test(introduced ?? "")) return false;
  return isForeignWord(word);
}

/** Whether some other language has this word. */
export function isForeignWord({ key, isAccented }: { key: string; isAccented: boolean }): boolean {
  return OTHER.has(key) || (isAccented && OTHER.has(`${key}*`));
}

function wordsOf(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}
