/** Sets of words that decide whether capitals mean a person. All lower case and without accents. */

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/).filter((word) => word !== ""));
}

/** Given names that are as often something else: a word, a place, a month, a product. Alone they are no person. */
export const WEAK_GIVEN = words(`
  mark will grace april may june august rose hope art bill rob jack frank dean max summer dawn faith joy iris ruby jasmine pearl
  basil clair olive victoria georgia virginia paris london austin jordan chelsea sydney madison brooklyn carolina florence israel kenya
  india china santiago francisco diego jose domingo clara angel angela jesus christian guy chase chance drew pat sue dick rich earl
  duke prince princess king major grant wade glen dale cliff forest heath reed rusty sandy misty stormy star crystal amber ginger
  candy penny dolly melody harmony destiny eden miles marina nova lance mason hunter parker carter cooper taylor tanner tyler
  walker claude alexa siri ada cassandra jenkins apollo athena phoenix luna sage stella tesla aurora dora lucky sunny honey sugar
  early worth true vale bond bishop pope bennett page paige read wood woods stone field fields brook brooks lane gale storm skye sky
  rain river ocean bay harbor daisy lily violet ivy fern hazel holly heather myrtle laurel clover poppy jewel gem opal sapphire
  diamond goldie silver gold mercedes lexus bentley royce porsche ford lincoln washington jackson jefferson monroe nelson wellington
  hamilton montana dakota cheyenne savannah charlotte alabama tennessee texas asia africa america britain ireland holland
  don ben bob gene ray roy rex rod ross skip spike tab tad ted ty van vic wes zip bud buddy buck buster chip chuck
  clay colt cody curt dash doc dusty fox frost gray hank happy hardy heaven hero ike jade jan jay jet johnny july
  justice kit lake land law lee leaf levi liberty link love lyric magnus maple marshal marshall marvel matt mercy merry
  miller milo mint modesty noble north oak oakley pace patience pax penn pepper peace pilot piper price pure quest
  ranger raven rebel reef ridge robin rocky roman romeo rowan royal rush salem sand scout shade shadow shelby sierra smith sol song
  south spring steel sterling story summit sunday monday friday trace trinity tulip twain unity urban valentine velvet vida
  wave west willow wilder winter wolf wren young zen zion alma viola leo jean pilar emir fanny sultan kim so tai tan long man
  ali mine son dan my an ha bo la le de do da in on ho si mi lo per can said era victor echo delta oscar juliet
  tango golf hotel mike charlie alpha bravo lima quebec papa constance concepcion dolores rosario consuelo guadalupe asuncion milan
  orlando catalina valencia adelaide alexandria geneva lourdes petra troy carmel kent devon cornwall chester lancaster
  stafford bradford clinton newton easter noel natal tiffany chanel hermes gemini pascal delphi elm swift mojo
  cosmo atlas titan orion gay bambi barbie nan mo vi flo dot kitty missy sissy precious
  baby chad cyprus jamaica trinidad tobago ceylon sharon cherry coco jazz cola mona rey fe amen bless pa ma
`);

/** Titles before a name. */
export const TITLES = words(`
  mr mrs ms miss mx dr prof professor sir madam madame dame herr frau fraulein senor senora senorita sr sra srta don dona
  monsieur mme mlle maitre signor signora signorina sig dott dottssa senhor senhora capt captain lt lieutenant sgt sergeant col colonel
  gen cpl corporal cmdr commander adm admiral pvt rev reverend fr rabbi imam sheikh hon judge justice officer detective inspector
  constable sen senator rep congressman congresswoman gov governor nurse coach uncle aunt auntie tio tia tante onkel oncle dhr mevr
  mevrouw meneer hr fru fr frk pan pani pana panie panem panu pana pane panom ing mag dipl univ shri smt kumari herrn monsieurs mgr dhr mw
  dott dottoressa dottore ingegnere avvocato avv geom rag egregio maitre me bapak ibu pak bu sayin dna dl domnul doamna kyrios kyria oma opa mister sayyid
  licenciado licenciada lic ingeniero ingeniera arq doutor doutora dra prof profa professora doctora
`);
/** Of these, the ones that are words of other things too: what follows must not be a common word. */
export const SURE_TITLES = words(
  "mr mrs ms miss mx dr prof professor herr herrn frau mme mlle monsieur senor senora senorita signor signora panem panu pani dottoressa",
);

/** Capitalised before a name they make it a place. */
export const PLACE_STARTS = words(
  "north south east west northern southern eastern western central new old great upper lower lake port mount mt fort cape san santa saint point isle rio villa puerto monte sankt sao sint bad",
);

/** Behind a house number and a name they make a street of it, though some are surnames. */
export const STREET_WORDS = words(
  "street st avenue ave road rd lane drive boulevard blvd square court place close crescent terrace grove mews row walk way hill park gardens green gate croft parade quay wharf mill",
);

/** Small words inside a name. */
export const PARTICLES = words(
  "de da do das dos del della dei di du des la las le los van von der den ten ter zu zur bin ibn bint al el ul abu e y ap af av st dela degli dal dalla ten",
);

/** Words that begin or continue no name, however they are written. */
export const STOP_WORDS = words(`
  a an the this that these those my your his her its our their i you he she it we they me him us them who whom whose what which when
  where why how and or but nor so yet if then else because since while although though until unless after before during as at by for
  from in into of off on onto out over to under up upon via with within without about above across against along among around behind
  below beneath beside between beyond despite down except inside near through toward towards is am are was were be been being do does
  did done has have had having can could shall should would might must ought not no yes ok okay please thanks thank thx regards sincerely
  hello hi hey dear cheers greetings welcome sorry also just only very too more most less least much many few some any all both each
  every either neither other another such same own than here there now today tomorrow yesterday tonight again always never often soon
  later already still even ever however therefore moreover meanwhile perhaps maybe indeed monday tuesday wednesday thursday friday
  saturday sunday january february march july september october november december jan feb mar apr jun jul aug sep sept oct nov dec
  mon tue tues wed thu thur thurs fri sat sun pm etc eg ie vs per re fwd fw cc bcc note attn subject date time total amount order
  invoice ticket customer client user team support service sales billing account admin manager director department office company
  product project error warning info debug true false null none undefined name email phone address city country state zip
  first last middle full new old next previous good bad best better great morning afternoon evening night day week month year
  one two three four five six seven eight nine ten let let's lets get got go going come came make made take took see saw know think want
  need try use call ask tell say said says send sent give gave find found put keep show open close start stop run ran check
  der die das den dem des ein eine einen einem einer und oder aber nicht ich du er sie es wir ihr mein dein sein unser euer bitte danke
  ist sind war hat haben wird mit von zu bei nach aus auf im um fur uber unter vor hallo liebe lieber sehr geehrte geehrter guten
  montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar marz mai juni juli oktober dezember
  le la les un une et ou mais je tu il elle nous vous ils elles ma mes ton ta tes son sa ses notre votre leur ce cet cette est sont
  avec pour dans sur par sans chez bonjour merci lundi mardi mercredi jeudi vendredi samedi dimanche
  el los las una unos unas y o pero yo ella nosotros ustedes ellos mi su esta con para por sin en hola gracias estimado estimada
  lunes martes miercoles jueves viernes sabado domingo lo gli uno e io lui lei noi voi loro tra fra ciao grazie
  gentile os uma eu ele voce nos meu minha seu sua com em ola obrigado obrigada prezado prezada
  spoke speak speaking according regarding
  hoi moin servus dag hei hej hejsan ahoj szia selam merhaba halo hai oi boa bom buenas buenos bună buna kedves draga sayin sevgili
  hilsen hilsner groeten groetjes pozdrav att atte cher chere caro cara kara kaere beste geachte szanowna szanowny vazeny vazena estimados
  prezados hallå takk tak moi terve kiitos grusse gruss herzliche freundliche viele cordialement saludos saluti abracos
`);

/** After a capitalised run they say that it is a company, a place or a thing. */
export const THING_WORDS = words(`
  surgery practice hurricane storm bv nv oy oyj asa kft sarl sas doo kg ohg pty ltda eirl aps ou sro spolka
  inc ltd llc llp plc gmbh ag sa srl spa corp corporation co company bank university universitat college school academy institute
  institution hospital clinic airport station bridge street st avenue ave road rd lane drive boulevard blvd square park garden gardens
  beach island islands lake river mount mountain mountains valley hill hills county city town village bay falls forest canyon desert ocean
  sea gulf coast museum gallery theatre theater library church cathedral temple stadium arena hall house tower center centre plaza mall hotel
  inn restaurant cafe bar pub store shop market group holdings partners associates sons brothers bros motors airlines airways foundation
  trust fund society association union committee council commission agency department ministry court parliament senate congress party army navy
  prize award medal cup trophy open league club fc united theorem law act bill day week eve festival fair show times post
  journal tribune herald gazette magazine news media press records studios pictures entertainment games cloud software systems
  solutions technologies technology labs networks services consulting logistics insurance capital ventures energy pharma
  pharmaceuticals pro max plus ultra mini edition series model version api sdk app web framework server database line railway highway
  harbor harbour meadows land pines lodge tunnel cove ranch estate estates manor crossing ridge point heights villas plains springs
  peninsula reef glacier cliffs woods marina villa district region province prefecture castle palace abbey zoo gym pharmacy
  bakery grill pizzeria diner brewery winery strasse platz allee calle rue via piazza effect disease syndrome scale constant equation method algorithm index chain protocol
  pass card wallet account code studio suite office team board policy
`);

/** What only people do; after an unknown capitalised pair they make it a person. Several languages. */
export const PERSON_VERBS = words(`
  said says told tells asked asks wrote writes called calls emailed replied replies reported approved signed joined lives lived works
  worked thinks thought wants wanted ordered paid bought requested confirmed complained agreed met went left arrived died married
  believes knows sent submitted resigned retired moved teaches taught studied graduated drives plays sang answered answers texted
  phoned rang visited booked explained mentioned suggested insisted hopes loves likes hates prefers denied admitted claimed filed
  countersigned attended hired owes forgot remembered lost speaks spoke quit flies flew travels celebrated applied reviewed presented
  sagt sagte schrieb schreibt bestellt bestellte wohnt arbeitet rief kommt kam fragt fragte meint bittet wartet
  dice dijo escribio vive trabaja pidio pide llamo compro firmo solicita quiere necesita dit ecrit habite travaille demande veut
  disse mora pediu escreveu trabalha comprou scrive vuole abita lavora chiede ha hat
`);

/** Somebody's relation or office: what follows is who it is. */
export const ROLE_WORDS = words(`
  husband wife spouse son daughter brother sister mother father mom mum dad grandmother grandfather grandma grandpa friend boss cousin
  nephew niece fiance fiancee girlfriend boyfriend partner neighbor neighbour roommate flatmate colleague coworker teammate classmate
  patient witness defendant plaintiff tenant landlord landlady engineer ceo cto cfo coo president chairman chairwoman director manager
  supervisor teacher professor doctor physician surgeon therapist lawyer attorney agent broker author writer poet actor actress singer
  artist painter journalist reporter editor photographer nurse driver pilot captain coach student intern trainee employee contractor
  consultant developer designer analyst accountant secretary assistant receptionist founder cofounder owner candidate applicant named
  ask asked tell told met meet contact emailed called texted phoned hired fired spokesperson spokesman spokeswoman
  mann frau sohn tochter bruder schwester mutter vater freund freundin chef kollege kollegin
  marido esposa esposo hijo hija hermano hermana madre padre amigo amiga jefe mari femme fils fille frere soeur mere pere ami amie
  holder cardholder beneficiary tenant guarantor insured payee payer customer client guest passenger caller applicant groom bride
  inhaber inhaberin kontoinhaber kontoinhaberin karteninhaber karteninhaberin patientin kunde kundin mieter mieterin vermieter vermieterin
  versicherter versicherte empfanger empfangerin absender absenderin ansprechpartner ansprechpartnerin kollegen nachbar nachbarin herr
  auftraggeber sachbearbeiter sachbearbeiterin tante onkel grossmutter grossvater mitarbeiter mitarbeiterin bewerber bewerberin zeuge zeugin
  titulaire client cliente beneficiaire assure assuree locataire proprietaire patiente salarie salariee voisin voisine tante oncle collegue
  titular beneficiario beneficiaria paciente inquilino inquilina declarante vecino vecina companero companera solicitante asegurado asegurada tia tio
  intestatario intestataria paziente inquilina affittuario collega vicino vicina marito moglie figlio figlia fratello sorella dottoressa
  locatario locataria vizinho vizinha colega filho filha irmao irma mae pai funcionario funcionaria segurado segurada contribuinte
  klant patiente huurder buurman buurvrouw collega rekeninghouder begunstigde broer zus zoon dochter moeder vader vriend vriendin baas
  klient klientka pacjent pacjentka odbiorca nadawca wlasciciel wlascicielka kolega kolezanka brat siostra corka matka ojciec maz zona
  kund kunden patienten hyresgast mottagare kollegan syster broder dotter pappa mamma grannen soster bror datter
  asiakas potilas musteri hasta kiraci alici gonderen kardesim arkadasim musterimiz ugyfel klientul pacientul zakaznik pacient kollega
  pelanggan pasien penerima pengirim nasabah
`);

/** Before a lower-case given name they leave no doubt. */
export const LOWER_CUES = words(`
  with to by ask asked tell told hi hey hello dear thanks thx met called call cc husband wife son daughter brother sister mother
  father mom mum dad friend boss cousin colleague coworker manager partner neighbor roommate girlfriend boyfriend
  spoke sincerely regards cheers from mit con avec hola hallo bonjour ciao oi
`);

/** Capitalised in products, headings and forms, though the tagger's dictionary does not have them. */
export const COMMON_WORDS = words(`
  visual studio code cloud table column row file folder page site web online internet digital global general national international
  central northern southern eastern western royal imperial federal public private premium standard basic advanced enterprise business
  personal home health care medical science research data analytics machine learning language processing natural artificial intelligence
  deep neural network security privacy policy terms conditions agreement contract license legal notice important information overview
  summary introduction conclusion chapter section appendix figure report review guide manual tutorial example sample test demo beta
  alpha release update upgrade version edition build feature request response status remote host connection refused access denied
  granted internal external server client database query index select insert delete create react angular vue node kubernetes docker
  linux windows android chrome firefox safari edge apache kafka spark hadoop spring boot rails django flask python java kotlin swift
  rust golang typescript javascript github gitlab jira slack zoom teams outlook excel word powerpoint sharepoint onedrive dropbox drive
  google apple amazon microsoft facebook meta twitter netflix spotify uber airbnb tesla nvidia intel samsung sony huawei xiaomi lenovo
  dell ibm oracle sap salesforce adobe paypal stripe visa mastercard pay wallet prime alexa siri cortana gpt chatgpt copilot gemini llama
  mistral bard macbook iphone ipad galaxy pixel playstation xbox nintendo switch retina display watch airpods
  raum saal zaal sala salle
  black white red blue green yellow orange purple pink brown gray grey golden silver gold north south east west upper lower new old
  great grand high low big little small long short free open closed happy holy saint san santa los las el supreme chief executive officer
  managing senior junior vice deputy assistant associate head lead human resources finance marketing operations logistics quality
  assurance control customer sales product engineering design development training education technology innovation strategy board meeting
  conference summit workshop webinar session agenda minutes deadline budget quarter fiscal annual monthly weekly daily friday
  christmas easter thanksgiving halloween valentine independence memorial labor veterans mother father sir madam concern whom
  dow jones wall street times square eiffel ben empire state liberty statue gate house capitol hill pentagon
  bay area silicon valley pacific atlantic indian arctic mediterranean baltic caribbean asian european african american british english
  french german italian spanish portuguese dutch russian chinese japanese korean arabic turkish polish greek
  euro dollar pound bitcoin ethereum total due fee tax net gross price cost value rate number shipping delivery return refund
  item quantity unit size color weight height width depth length volume power energy water air fire earth sun moon star world
  love life time money people person man woman child family friend party event ticket terminal flight airline hotel booking
  reservation check monday legend gatsby sorry sure tired glad sad fine ready busy afraid aware able unable late early interested
  looking trying using writing working calling contacting having getting going wondering
  problem issue question answer help need urgent error bug crash failure
  mein meine dein ihre unser kunde rechnung bestellung lieferung firma abteilung straße strasse stadt land
  cliente pedido factura empresa calle ciudad pais commande facture societe ville pays entreprise
  btw lol asap fyi imo omg idk tbh pls plz thx hows whats dont cant wont didnt doesnt isnt im ive id ill youre theyre
`);
