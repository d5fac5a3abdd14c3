/**
 * Names beyond those that the tagger's dictionary has: given names and surnames that are frequent somewhere in the world.
 * Lower case, without accents, one blank or line break between two.
 */
export const GIVEN_NAMES = `
aanya aarti aayush abdelaziz abdelkader abdirahman abdou abdulaziz abebe abena abhay abhishek abimbola abiodun abiola
achieng achim adaeze adaora adebayo adele adem ademola adil aditi aditya adriaan adriane adrien adwoa afia agata
agathe agneta agnieszka agus aigerim aiko ailsa aishwarya aissatou aiyana ajay akash akbar akeem akihiro akiko akin
akinyi akira akosua aksel akshay alaa aleksandrs aleksi alen alessia alessio alexei alexis alfie algot alhaji alhassan
alim alix aliya aliyah allegra alma alok altan alva alwin amaan amadou amaka amani amara amaury ambre ameer amel
amelie amila amirah amita amparo amrita anahi anais anand ananya anastasios andera andrada andrea andreea andrey
andris andrius anel angelika angelos angus aniket anil anina anjali anke ankit ankita annalena annegret anneke anneli
annelie annemieke annick ansel anselm ansgar anthea antje antonin antti anu anuj anupam anusha anushka aoife aparna
apolline apostolos araceli aram arash arben archana arda ardian ariadna ariane arif aristide arjen arkadiusz arne
arsene artemis arthurs arturs arun arvid arvind arya asger ashish ashok ashwin ashwini asier asif aslak aslan asmaa
aspen assia asuka asya atakan athanasios atieno atsuko atsushi atte augustin aurelie aurelien aurelio aurora avinash
axel axelle ayaka ayako ayan ayanda aydan ayla ayman aymeric ayoub aysegul aysun ayu ayumi azadeh azhar aziza babajide
babak babatunde bahar bahram bambang baptiste barack baran barnaby bartek bartlomiej bartosz bas basil basma bastian
bastien batuhan baur bautista bayu beata beate beatrix bela belen bence benedetta benedikt benjamim bente berenice
berit berk berkay bernadeta bernardette bernd betul beyonce bhavesh bhavik bhavna bijan binta birger birgit birk
bjarne bjoern blanka blazej bob bodil bojan bolanle bongani boniface boran borislav borja boro bozena bozidar bozo
bram branka branko brayden brecht brigida britta brock bronwen bruna brygida budi bulent burak bushra busisiwe cagatay
caio callum calum candela candida capucine carine caris carmelo carola carolin carsten caspar casper cathal catia
catriona cayetano cem cemal ceren cesare chadwick chaima chandan chandrika charlie chaya chebet cheng chetan chiamaka
chiara chidi chidinma chiho chimamanda chinedu chinwe chioma chiwetel chiyo christelle christof chukwudi chukwuemeka
chul chun cian cillian cinzia ciro claas clelia clementine coen concetta consolata constantino cordula corentin cosima
cosimo cristian cristiano csaba cyprien dace dagmar dagny daiki daisuke daiva dalia dalibor dalila damir damjan danka
dante danuta darina dariusz darja darko darragh darya dasha davey davide davor dawda dawid deepa deepali deepika
deepti delfina demba demet denica denisa denzel derya desislava desta devendra devika devon devraj dewi dhruv diarra
didem didier diederik diego dilan dilara dilek dilip dilnoza dimas dimitra dineke dino diogo dirceu ditte divya
djamila djibril dmytro dobromir dolors domagoj domenica domenico dominika donal donatella donato doriane dorina dorota
dorte dragana draupadi drazen duarte duc dulce dunja duong durga dusan dusica ebba ebele ebony ebru ece edita edson
eduarda edurne edvard edvin edyta eemeli eero efe efua egil egon ehsan eija eino eirik eirini elan elba eldar
eleftheria eleonora eleonore elfriede elham elio elior eliott eliseo elke elmar elodie elon elspeth eluned elwira
elyse emanuele emeka emelie emiko emin emmi emre endre enea eneko enes engin eni enisa enya erdem eren ergun erhan
erkan erkki erling erna erol ersin erwan esin esme esra estefania esteve etsuko euan eulalia eunji evangelia evangelos
eveliina evert evren ewan ewelina eylul ezekiel ezgi fabiana fabienne fabiola fabricio fadila fahad fahim fahri faisal
faiza faizan falk fanni faouzi farhan farid fariha farouk faruk fateh fathi fatih fatou faustine faustino fausto
federica fedor fedora felicitas felicity femi femke feodora ferda ferenc fergal ferhat fermin fernand ferran ferruccio
ferry fethi feyza fidan fikret filipa filipe filippo filomena finja finlay finn finnian fiorella fiorenza firas firat
firoz fitri flavia flavie flavio flor florence floriane florin floris flynn folake foteini fouad francie franciska
franck franco francois franjo frans frantisek franz franziska franziskus frauke frederica frederico frederike freya
fruzsina fuat fulya fumiko funmi funmilayo furkan gabor gabriele gael gaetan gaetana gaetano gaia galina galip ganesh
garima gaspard gaspare gaston gaurav gauri gautam gavriel gayatri gaynor geert geeta genaro gennaro gerben gerd gerda
gergana gergely gerhild gerlinde germain gerwin ghassan ghislaine gianfranco gianluca gianmarco gianni giannis gideon
ginette ginevra gintaras giorgia giorgos giovana gitte giulia giuliana giulio giuseppina gizem gjergj gokhan gonca
goncalo gopal gosia govind graziella grazyna greer gregoire greta grete griet grisha gro gry grzegorz gudrun
guendalina guilhem guilhermina guillem gulay gulbahar gulnara gulsen gundula guowei gurpreet gusta gwenaelle gwenola
hadi hadija hadiza haeun hafsa hagen haider haijun haiko haim hakan halil halima halina halle haluk hamdi hamed hamid
hamida hamish hamit hanan handan hande hanh hania hanif hanife hanka hanneke hannelore hannes hannu haoran harald hari
harini haris harish harpreet harris harsha harshad hartmut haruka haruko harun haruna hassiba hauke hayat haydee heba
hedvig hedwig heike heikki heiko heiner heinz helge helia helmut heloise hendrika hendrikus henk henna henning henny
henrike hernan herta herve hessel hicham hideaki hideki hidemi hideo hien higinio hilario hilde hillary hiltrud hina
hinata hiren hiroaki hirofumi hiroko hiromi hiroshi hisashi hishem hjalmar holger hong honorata honore honorine horst
houda houssem hristina hristo huda huguette hulya hung huong hussam hyacinthe hyejin hyun iago ianis ibrahima ibtissam
ichiro idir idris ieva ifeanyi ifeoma ignacy ignas igone iheb ikechukwu ikenna ikram ilan ilaria ildiko ilenia ilhan
ilias ilir ilja ilkay ilker illya ilya iman imani imke imran imre inaya indra ineke ineta inga inge ingeborg ingmar
ingolf ingvar inka inmaculada inna ioana ioannis iolanda ionela ioulia iqbal irem irfan iria irmgard irmina isa isak
isamu isaura ishita iside isidro iskander ismaila ismet isolde issa istvan italo itziar iulia ivar ivaylo iveta ivica
ivo ivone ivor iwan izabela izabella izaskun izumi jaak jaana jaap jacek jad jadranka jadwiga jae jagoda jaime jaimy
jalen jalil jamie janko janne janos janus jarek jarmila jarno jaroslava jaroslaw jasleen jasminka jasna jaswinder
jaume javad jaya jayanti jayesh jean jedrzej jeevan jef jelle jemima jeppe jeroen jerzy jesper jette jianguo jiayi
jihane jiho jihoon jimena jindrich jinping jiri jiro jisoo jitendra jitka jiwoo joachim jochem jochen joep joeri
johanne joko jolanta jole jolien jolyon joos joost joren jorg jorgen jorina joris josefien joseline josep josette
josiane josip jost jovan jozefa jozsef juho juliane juliann juliusz jumana jun jungkook junko juraj jure jurg jurga
jurgen juri jurij jurriaan jussi justino justus justyn justyna jutta jyoti kaan kadir kadri kadriye kai kaisa kaito
kalina kaloyan kalpana kamala kamel kamran kanako kanan kaori karan kareem karel karine karlheinz karlis karlo karol
karoline karoly karsten karthik kasia kasimir kasper kasun katalin katarzyna katell kateryna kath kathrin katica
katinka katja katleen kato katrien katrin katsumi katsuo kaushik kaveh kavya kayode kazimierz kazuki kazuko kazuo
keanu kees keiko keisuke kelechi kelechukwu kemal kemi kenichi kenji kenta kerem kerim kerrie kerstin keshia ketevan
keti ketut kevan kevser keziah khadidja khalil khanh khaoula khoa khuong khushi kian kieron kike kinga kinsley
kiprotich kiran kirsi kirsty kishore kjell kjersti klaas klara klaudia klemen klemens kleopatra knud kobe koen kofi
koichi koji kojo konstantin konstantina konstantinos koray korbinian korina kornel kornelia kosta kostas kotaro
kourosh koushik kresimir kris krishna kristaps kristiina kristijan kristjan kristof krisztina krunoslav krystyna
ksenia kuba kubilay kuldeep kumiko kunal kuniko kwabena kwadwo kwaku kwame kwasi kyara kylian kyoko kyriaki kyriakos
kyung kyungsoo ladislav laercio lahcen lakshmi lale lalita lambros lamia lamine lanre lasse lata laure laureline
laurelle lauri lauriane laurine laurits lazar lazaro leander lebron leen lefteris leif leighton leire lelia lemuel
lene lenja lenka lennard leo leocadia leokadia leone leonhard leonida leonidas leonor leontine leopoldine lerato leroy
leszek letizia levin lewin lewis lexi liane liborio lidija lidiya lieke lien liene liesbeth liesel lieven lihua liisa
liliane lilianna lilith lilli lilo lily lindiwe linh linnea lino lioba lionel liora lisandro lisbeth lise liselotte
lissa liudmila livio liviu lizeth ljiljana ljubica llewellyn loic lone lonneke lorand lorens lorenz lothar louane
loubna loukas lourenco lovisa luan lubica lubomir lubomira lubos luca lucero luciane lucja lucjan lucrecia lucrezia
ludger ludivine ludmila ludwika luigina luk lukasz lukman lumir lungile lupita lutfi lutz luzia lwazi lyana lyubov
maarit maarten maartje mabrouk macarena mackenzie maddalena madelief madhavi madhu madina mads maeve mafalda magali
magdolna magnhild magomed mahad mahala mahesha mahir mahnaz mahsa mahtab mai maialen maiara maija maike maikel maila
maimouna mairead maiya makena makiko makoto maksym malaika malala malene malgorzata malgosia malin malina malisa malou
malte malvina malwina mamoru manal mandeep mandla manfredi mani manisha manja manju manoel manoj manola manolis manouk
mansi maral marceli marcelina marceline marcjanna mareike marek maren margaretha margaux margherita margitta margrethe
margriet margrit margus marialena marica marice maricel maricruz marielle mariem marietta mariette marijke marijn
marika marilena marilia marin marinos marinus marion mariska marit marita marite mariusz marivic mariya marja marjan
marjana marjolein markella marketa markku marleen marlies marloes marna marouane marte marten martijn martino marton
martyna marva maryse maryvonne marzena masahiro masako masashi masato mascha masood massimiliano massimo masum matei
mateja mateus mateusz mathijs matija matouche mattea matthieu matti mattis maurizio mauro max maxence maxim maxima
maxime maximo mayank mayowa maysa mayte mayumi mazen mbalenhle mbali mearaf mechthild meera mehak mehrdad mehtap meike
meiling meinolf meir melania melany melba melek melih melike meltem melvyn menno merche meret mergime merijn merlin
mert mete mette michalis michela micheline michiko mickael mieczyslaw mieke mies mietek miguelina mihaela mihail miho
mikael miki mikkel mikko mikulas milenko milla milosz miluska mimoun mina minako mincho mindaugas mingming minji
minjun minna minoru minseo mio miquel mireia mireille mirela mirella miren miriana mirjam mirjana mirko miroslav
miroslava mirta misaki misha mislav missandei mitja mitra mitsuko mitsuru miyuki mladen moana modesta modou moh mohan
mohit mohsen mohsin momcilo momoko monia monir monserrat montse morag moran mordechai morgane morten mostafa mouad
mounir mpho msizi mthunzi mubarak muhsin mukesh mukta munira murali murat murielle musa musab mutlu muzaffer mykola
mylene myroslava myrthe nabil nacho nadege nadejda nadezhda nadir naeem nagendra nagihan nahla nahuel naim najat najib
nalan naledi namjoon namrata nana nanami nandi nandini nandita naoki naoko naoto narek narendra nargiz naser nasim
nasir nasreen nasrin nassim nastya natacha natale nataliia natanael natascha nati naveen navid navya nayara nazanin
nazim nazli nebojsa neda nedim neela neeraj neha nelia nelio nella nelly nelson nemanja nenad nerea nermin nesrin
nesrine nestor neus nevena nevenka ngoc ngozi niall nicanor niccolo nick nico nicodemo nicol nicolaas nicolae nicolai
nicoletta nicolle nida nidhi nienke nieves nihad nihal nikhita niko nikol nikolaos nikolaus nikole nikos nilda nilesh
niloufar nilufer nimisha ninette nino niraj nirav nirmala niroshan nisa nissim nitin nives niyati njeri nnamdi nneka
nobuko nobuyuki noelia noellie noemie nokuthula nomvula nordine noriko nouhaila noura nourdine novak nuala nuno nurcan
nuri nuria nurten nurul nusrat nyoman obafemi obaid obed oberon obiageli obinna oceane octave odalys oddny odeta odile
odin okan oktawia oktay olaitan olamide ole oleg oleksii olena olesya olfa olimpia oline olivera ollie olof olufemi
olufunke oluwaseun oluwatobi oluwatoyin omara omari omayra ona onder ondine onur onyeka oona orhan orla ornella
orsolya ortrud osei otakar otavio ottavia ottilie ottoline ousmane ovidiu owain oya ozan ozge ozgur ozkan ozlem palesa
pallavi paloma panagiota panagiotis pancho paquita parisa parveen parwiz pascale pascual pasquale pat patricija
patricio patrizia patrycja patxi pauli paulien pauliina paulin paulus pavla pavlina pavlos pavol pawel payal paz
pelagia pelin pepe peppino perihan pernille perrine persefoni petek peti petko petri petronela petter petya peyton
philipa philippa phineas phuoc phuong piera pierina piero pierrick piet pilar pim pinar pirjo pirmin pius pooja poonam
porfirio prabhakar prabhu pradeep pradip pragya prakriti pramod pranav prasad prashant prateek pratibha pratik praveen
pravin preeti prema presley prisca prithvi priti priya priyanka priyansh prokop przemyslaw purificacion pushpa putri
qasim quintino quirin quynh rabia radek radka radomir rados radoslav radovan radu rafa rafaela rafaella rafal raffaele
rafi raghav ragnar ragnhild rahel rahima rahma raimo raimonds raimund raimundo raissa raj raja rajani rajat rajendra
rajiv rajko rajni raju rakesh raluca ram ramadan raman ramesh ramin ramla ramzi rana ranjit ranjith ranya rasa rasheed
rashid rashida rashmi rashmika rasul ratko ravi rayane raymonde raymundo razia razvan reagan reda regine regula reiko
reinaldo reinhard reinhild reinier reinout rejane rekha remi remigiusz remo remy remzi renan renars renatas renate
renaud rene renske renzo resul reto reyes reyhan rhys rianne ricarda rihab rihanna rijk rikard rike rikke riku rinat
ringo rinor ritu ritva riza rizky roald robbe robin robrecht roch rodolphe rodrigue roeland roelof rogerio rohini
rohit rok roksana rolande romain romana romane romano romina romuald romualda romy ronaldo ronja rony roopa roos
rosalia rosaria roseline roshan rosmarie rostam ruairi rubens rudi rudiger ruggero rui ruksana ruoxi rupal rupesh
ruslan ruslana ruta ryo ryoko ryosuke ryota ryszard ryuichi ryuji saad saana saara sabah sabri sabrine sacha sachiko
sachin sadia sadik sadiq saffron safia safiya saga sahil saif sajid sajjad sakari sakina sakshi salah salami salif
salih saliha salim salman salvador samara samia samina sampath samson samu samuele samya sana sander sandip sandrine
sangeeta sanjana sanjeev sanna sanne santi santina santos santosh sanyi sapna sarita saroj saroja sarvesh sascha
sasithorn saskia satish satya saulius saurabh savas saverio savita sayed sebahat sebastiano sebastiao seda sedat sedef
seema sefa segun selcuk selin semih semra sena sencer sender senthil seojun seoyeon serafina serap seraphine serdar
serena serenella serhat serhii serkan servet severine seweryn seyda seydou seyma shabana shabnam shahana shahin
shahrukh shaima shakira shalini shamim shamsa shanice shantanu shanti sharad sharifa sharmila sharona shehan shekhar
shemar shereen sherif sherin sherwin shigeru shihab shikha shilpa shin shinji shinzo shirin shiv shiva shivani shobha
shohei shoko shoshana shota shreya shrikant shruti shu shuai shuang shubham shusuke shweta siavash sibel sibusiso
siddharth siegfried sieglinde siegmund sienna sigal siggi sigrid sigurd sikandar silje silke silvan silvana silvano
silvie silvina simao simen simge simin simonetta simranjit sina sindre sinead sinem sini sinikka sipho sirpa sissel
sitara siti siv sixten siya skander skylar slavica slawek slawomir smaragda smita sneha snezhana sniedze soeren
sofiane sohail sohan soheila solange soledad soleil solene solomia solveig sonali sonam sonay sondre songul sonu
soojin sooraj sophus soraya soufiane soukaina soumya spyros srdan srdjan sreten srinivas stamatis stana stanka stanko
stavros steeve stefani stefania steffen steinar steliana stelios stellan sten stepan stephano stephon stian stijn
stina stine stipe stjepan stojan stoyan suad subhash subhasree sudha sudhir suela suhail sukhdeep sukru suleiman sulev
suleyman suman sumit sumitra sundar sunhee sunil sunniva suraya susanita susann sushant sushma suvi svante svein
svenja svetlana svitlana swati sybille sylvain sylvette sylviane synnove szabolcs szilvia tabea tadashi tadeusz
taehyung tahir tahira taimi taina taisto taiwo takahiro takako takao takashi takeshi takumi takuya talal tamaki tamas
tamsin tancredi tanguy tanja tansu tanvi tapani tapio tarek tariq tarja tarkan taro tarun tasneem tatjana tatsuya
tatum tatyana tavi taylan tayyab teagan teemu teija tejas temesgen temitayo temitope teo teodor teodoro terje tero
teun thabo thamina thamsanqa thandeka thandiwe thanh thanos thao theda themba theodoros theofilos theresia theron thi
thibault thierry thijs thilo thor thora thorben thore thorsten thuy tiago tiberiu tibor tien tiina tijana tijn tilda
tilly tilman timea timo timon timothee timur tinus tiphaine tirso tiziana tiziano tjark tobi tobiasz todor tolga
tolulope tomasa tomaso tomer tomi tomislav tomoko tonci tonje toprak torben toril torill tormod torsten torunn toshiko
tove toyin trang trevor trine trinh trinidad trixie troels trond trude truls trygve tsubasa tsvetan tsvetelina tuan
tugba tulay tulin tuncay tunde tuomas tuomo turgut turid tushar tuti tuula tuulikki twan tyrell tyrese tyron tytti
tzvetana ubaldo ubirajara uche uchenna udo ufuk ugo ugur ulf ulises ulla ulrika ulrike ulrikke uma umar umit umut unai
uros ursel ursina ursulina urszula uta ute uwe uzma uzo vaclav vadim vaibhav valdemar valdis valentino valere valerio
valeriy valeriya valtteri vanda vandana vangelis vania varun varvara vasanth vasco vaselina vasile vasilica vasiliki
vasilis vasyl vedat vedran veera vegard veikko velimir veljko venera venkat venkatesh vered verena veronika veronique
vesa vibeke victoire victoriano victorine vidar vidya viera viet vigdis viggo vignesh vijay vika vikas vikram vilde
vilhelm vilho viljami vilma vinay vincenza vineet vinicius vinod vinzenz viola violetta vipul virginie virpi vishal
vita vitalii vitaly vitor vittoria vittorio vivianne vladislava vlasta vlatka vojislav volker vreni vuk vuyo vy
vytautas wadim wafa wafaa wahid wahyu waldemar waleed walid waltraud wambui wangari wanjiru waqas warren warsame
wassim wayan weiming wenche wenke wiam wiebke wieslaw wiktor wiktoria wilhelmine wilko willeke willem willi wilmer wim
wiola witold wladyslaw wlodzimierz wole xander xanthe xavi xenia xiang xiaohong xiaoli xiaolin xiaoming xiomara yaakov
yacine yago yahya yair yakov yakup yamila yamile yana yanick yanka yanna yannis yaqub yara yaren yaroslava yas yasemin
yaser yash yasir yasuhiro yasuko yavor yavuz yaw ydalys yehuda yeji yekaterina yelda yeliz yeni yetunde yeva yevhen
yewande yifan yigit yoana yoann yoav yogesh yohan yohanna yoko yolande yolanta yon yoonjae yordan yordanka yorgos
yoshihiro yoshiko yosuke youngsoo yousef yousra youssra ysabel yuichi yuka yukari yuki yukiko yulia yulian yuliana
yuliya yumi yun yunus yunxia yuriko yusra yusri yusuke yuta yutaka yuto yuya yvan yvar yves zacharias zafer zaheer
zaid zaida zaira zakir zakiya zala zandile zanele zaneta zarina zbigniew zbynek zdenek zdravka zdravko zdzislaw zeena
zeke zeki zelia zeliha zeljka zeljko zenaida zeno zenon zeynel zhanna ziad zihan zikri zina zinaida zita ziva zlata
zlatan zlatko zodwa zofie zohra zohreh zoltan zorica zoya zsolt zsuzsa zsuzsanna zubair zuhal zuleika zuleyha zulfiqar
zuzana zuzanna zvonimir zygmunt
`;

export const SURNAMES = `
aalto abadi abate abbott abd abdallah abdi abdullahi abe abebe abel abrahamsson abramov abrams abreu acar acevedo
acheampong achebe acuna adamczyk adamek adamski adebayo adegoke adekunle adeleke aden adeniyi adeyemi adhikari adichie
afolabi agnew aguirre agyeman ahlberg ahlgren ahluwalia ahmad ahmadi ahmed ahn ahonen ajayi akbari akdag akerman
akinola akkaya aksoy aktas alamo alarcon albert albrecht alcantara aleman alexandre alexandrov alfaro alfonsi alhassan
ali alim allard allen almasi alonso alonzo altman altmann altun alvarado alvarenga amador amaral amari amato ambrose
amin amoah amore anand anders andrade andrei andreou andrieu ang angelini angelo anguiano annan ansah antonelli
antoniou antonov antunes anwar aoki apostol appiah aquino arai arana aranda arce ardila arena arevalo arias armas
arnaud arnold arora arriaga arroyo arsenault arteaga asante asghar ashby ashraf asif askew assis astudillo atkins
atwater aubert aubry auer avci avery avila ayers ayoub azevedo azimi azizi baba babu bachmann badger badran bagheri
bahl bailly bain baird bajaj bajwa bakhtiari bakke bala balaban balakrishnan balan balaz balbo baldi baldini bali
ballard ballesteros balogun baltes banda banerjee banfi bangalter bangura banks banner bansal baptista barajas baran
barata barbier barker barlow barman barone barr barrera barrett barrios barron barros barry barton bartosz basile
bassett bassi bastos basu batista batra battaglia baumann baumgart baumgartner bautista bayer bayraktar bayram beard
beasley beaulieu beaumont becerra bech beck beckett beckmann bedi beer behr bektas belanger belli bellini bello
belmonte beltran benali benavides bender benedetti benn bennani bensaid benson bento beran berard bercu berg berggren
berglund bergstrom berlusconi bernal bernard bernardi bernier bernstein berry berthelot bertin bertolini bertrand
bettencourt bezos bhandari bhardwaj bhargava bhasin bhat bhatia bhatt bhattacharya biden biermann biggs bilek billings
bina birch bird biswas bjerke bjork bjorklund black blackwell blair blaise blake blanc blanchard blaschke blau blazek
blom bloom blum boahen boateng bobb bodnar boeck boer boesch bogdan boggs bohl bohm boland bolger bolt bonfils bonilla
bonner bonnet bontempi booth borden borg borges borowski borrego bosch bose bosman botha boucher bouvet bouvier bowen
bower bowles bowman boyce boyd boyko boyle bradley braga branco brand brandt brannigan brauer braun bremer brennan
brenner bressan breuer brewer bridges briggs bright brito britt brock brodersen brodsky brody broman brooke brown bru
brun brunner bruno bruns bryan buck buckley budd bueno buenrostro buffett bui bull bullock bulut burger burgess
burkhardt burnett burnham burns burrell burton busch busse bustos buthelezi butler byrd caballero cabrera caddell
cahill cai cain calabrese caldera callaghan callahan calvo camacho camara cameron campo campos canning cannon cano
cantu cao capaldi caputo carbone carey carlin carlsen carlson carmichael carmona carneiro carnevale caro caron
carpenter carranza carrasco carrillo carrington carrion carroll carson carvajal carver casanova casas case casey
casillas cassidy castaneda castano castellano castellanos castelli catalano cattaneo cavaliere cavalli cele celikkaya
cerda cermak cervantes cetin chacon chadwick chamberlain champagne chandler chandra charles charpentier charron
chaudhari chaudhary chaudhuri chauhan chauvin chaves chawla chebet cheng cherian chevalier chiang chinwe chisholm chou
christie christodoulou christofi christou chu chua chukwu chun church cifuentes cinar ciocca cisse clancy clapp
clarkson claude clausen clay clayton cleary clemens clement clements cline cobb cochran coelho coffey cole colin
colley collier colmenares colombo colon combs comeau connolly connor connors conrad conte conway cook coombs coppola
corbett cordero cordova cormier cornejo corona corrigan cortes cortez costello cote cotter coulibaly couture cowan
coyle craig crane crespo crockett crosby crowe crowley cuevas culver cummings cunha curran currie curry curtis czajka
czarnecki d'amico d'amore d'angelo d'cruz daher dahlberg dahlgren dalal dale daley dalton daly damico damm daniel
danjuma darby darwish dasgupta dauphin david davila davison dawson decker deeb dekker delacroix delaney deleon
delgadillo deluca delvecchio demirci deng denis dennis denton depaul derrick desai deshmukh desjardins dessouki
deutsch devine devlin devos devries dhar dhawan dhillon diallo dickerson dickson diego diehl dietrich dietz dijkstra
dillon dimitriou dinc dinh dion diop dixit dlamini dobson dodd dodson dohnal dolan dolezal domingues donaldson dong
donnelly donohue donovan dorfman dorn dorsey dougherty douglas dowling downs doyle drake draper drescher dressler drew
dreyer drozd drummond dube dubey dudley duff duffy dufour dugan duke dumas dumont duncan dunlap dunne dunning duong
dupont dupuis duran durr duval dwyer dyer eaton eberhardt eberle ebert echeverria eckert eckhardt edmonds egan egger
ehlers eich eicher eide eklof eklund ekwueme el-sayed elias eliasson eliot elizondo elkins elliott ellis ellison elmi
elsayed emerson emery engel engels engstrom ennis epstein ercan erdem erdogan eren erickson erlandsson ernst ersoy
ervin espinosa esteves estevez eubanks evangelista everett ewald ewing eze ezquerra fabre fagan fagerberg fahey
fairbanks falcone falk falkner fallon fang fanning farah faria farias farkas farley farnsworth farooq farouk farr
farrow faure fay federici fekete felber feldman feliciano felix feller feng fenn fenton ferber ferdinand feretti
ferguson ferland fernando ferrer ferrero ferri ferris ferro fiala fiedler fields figueiredo figueroa filip filipek
finch fink finke finley finnegan finney fiore firth fitch fitz fitzpatrick flanagan flanders flannery fleischer
flemming fletcher floyd flynn fofana foley fonseca fontaine fontenot forbes forde forrest forsberg forsman forster
forsyth fortier fortuna foss foster fox fraga franco frank franke franklin fraser frazier frederick frederiksen freire
freitas frey friberg fricke friedrich friis frimpong frisch fryer fujii fujimoto fujiwara fukuda fulton funk furlan
furst fusco gabor gabriel gaines galante galindo gallardo galvan galvez gamble gamboa ganesan gann garber garcon garg
garland garner garnier garrett garrido garrison garvey gaskins gaspar gaudin gauss gautier gavin gebhardt geiger
george georgiou gerard gerber gerlach gerstner getz ghani gharbi ghazi ghosh giannini gibbons gibbs giglio gilbert
giles gill gillespie gilliam gilmore giraldo girard giraud giuliani givens gjerde glass gleason glenn glover godfrey
goebel goh goins golding goldman goldsmith golob gomis goodall gooden goodrich goodwin gordon gorman goss goto
gottlieb gould gouveia goyal grabowski grace grady graf graham granados granger granqvist grant grau gray greco green
greenberg greenwood greer gregor gregory greiner grewal grier griffin grimaldi grimes grimm grossman grosso grover
groves guardado guarino guedes guenther guerin guerreiro guevara guidi guidry guillaume guillen guimaraes gul gulati
gulbrandsen guler gumede gunawan gundersen gunn gunther gupta gustafson guthrie gutmann gyamfi haag haas haase haber
habib hackett hadad haddad haddock hadley hagan hager haggerty hahn haines hajek hakim hakimi halabi hale haley hall
haller halonen halpern halvorson hamann hamdan hamel hamid hamilton hamm hammond hamza han hancock hanif hanks hanley
hanna hannah hannan hannon hanrahan hansel hara haraldsson hardin hardy hargrove harker harkins harlow harmon harrell
harrington harrison harstad hartley hartman hartmann hartono hartwell haruna harvey hasan hasegawa hashemi hashmi
haskins hassan hassani hatfield hauck haug haupt havel havlicek hawk hay hayden haynes hays hazan healy heath hebert
hecht hedlund heffernan hegde hegedus heim hein heinrich heinze helgesen helland heller helm hendricks hendrickson
hennessy henriques henry hensel hensley herbst herman hermann hernandes herring herrmann herron hershey herzog hewitt
hickey hickman hicks hidayat higgs hildebrand hill hilton hinds hines hinton hirsch hirst hjelm hlavacek ho hobbs
hodge hodges hodgson hoek hoekstra hoel hoff hoffer hogan hogue holden holder holguin holland holley hollis holloway
holm holman holst holub homan hood hooper hoover hopper horn horne horner horowitz horton horvath hossain hosseini hou
houghton houle houston howard howell hoyt hruska hsu hubbard hudson huerta huff huffman huggins hugo hui huisman hull
hulme humphrey humphreys hunt hunter hurley hurst hurtado hussain hussein hutchins hutchinson hutton hyde hynes iacob
iancu ibanez ibarra ibrahim idris ignatov ilic illes imai imran infante ingram inman innes ioannou iordache iqbal
irizarry irvine irving irwin isaac isaacs isaksen isaksson ishida ishii islam ismail iverson ives iwasaki iyer
izquierdo jack jackman jacob jacobi jacobson jacquet jaeger jafari jaffe jager jagger jahn jahnke jaimes jain jalali
jama jamal james jamieson jamison janik jankowski janowski jaramillo jarvis jasinski javed javier jefferies jeffries
jelinek jenner jerome jessen jewell jha ji jiang jimenes johal johannsen john joly jordan jordao joseph joshi jost
joubert joyce juarez judd juhasz julien jurado kabir kaczmarek kader kaiser kaja kalinowski kallio kalra kamara kamath
kamau kamel kamp kanda kandasamy kanellopoulos kang kapadia kapur karam karami karimi kariuki karp karthikeyan kashyap
kasper kassab kaufman kaufmann kavanagh kay kazemi kearney keating keegan keita keith kelleher kellerman kelley
kellogg kelly kelso kemp kendall kendrick kent kenyatta kern kerr kessler khaled khalil khanna khatri khatun khouri
khoury khumalo kibet kiefer kilian kim kimani kimball kincaid king kinney kinsella kipchoge kipkemboi kiprotich kirby
kirchner kirk kirkland kirsch kirwan kitagawa kjaer kjellberg klassen klaus klausen kling klinger klos kluge knapp
knight knowles knox knudsen koca kocak kocian koehler koenig kohl kohler kohli kolar kolb kolesnikov kollar kolodziej
konate kondo konieczny konig koning koo koopman koppel korkmaz kotze koubek koukal kouris kovalchuk kovalev kowal
kozak kozel kozlowski kraft krall kranz kratochvil kravchenko krebs kreutz krieger krishnamurthy krishnan kristjansson
krol kroll kropf krueger kruger krupa kubat kubiak kucuk kugler kuhn kuijpers kuiper kujawa kukla kulik kulkarni
kullberg kumari kunz kuo kuper kurt kurtz kurz kushner kusuma kuusisto kvist kyle labelle lacey lacroix lafferty
lafleur lago lahti lai laird lakhani lal lalonde lam lamb lambert lamont lance landers landis landry lane langdon
lange langer langlois lapointe lara larkin laroche larose larson larue laska latham lauber lauer laurent laursen
lavigne law lawlor lawrence lawton lazar lazarov leal leary leavitt leblanc leclair leclerc lecomte ledford leduc lee
legault leger legrand lehman lehner lehto leigh leitch leiva lemaire lemieux lemke lemos lenz leonard leonardi leone
leong leroux leslie lestari lester leung levesque levin levine levy lewandowski lewin leyva liang liao lidstrom
lieberman liebig lightfoot lim lima lin linares lind lindahl linde lindeman linder lindgren lindner lindqvist lindsay
lindsey ling linton lister livingston llamas llorens lloyd lo lobo locke lockhart loeb logan logue loiseau lomas
lombard loney longo loomis lorenz lorenzen lott lovell lowery loya loyd lozano lu lubin luc lucas lucero luciano lucke
ludwig lugo luis lukas luna lundberg lundgren lundin lundqvist lunn lusk luther lutz lynn lyons ma maas mabuza
macdonald macedo machado macias maciejewski mackay mackenzie macleod macmillan macron maddox madison magana magee
maguire mahajan mahdavi maher mahlangu mahler mahmood mahmoud mahmud mahon mahoney majewski maldonado malik malone
maloney malouf mancuso mandal mandel mandela mangano manjarrez manning mansour manzano mao mapp marais marcelino
marchal marchand marchesi marchetti marcos marcus marek mares margolis marian marinho marinov marion mariscal
markowski marlow marmol marquez marr marrero marsden marsh marshal marshall martel martell martens marti martikainen
martin martinelli martini martinsson marx masi mason masson mata matheson mathew mathews mathias mathieu mathis matos
matousek matson matsuda matsui matsuzaki matteo mattila mattson mattsson maurer maxwell mayes mayfield maynard mayo
mazur mbatha mbeki mcadams mcbride mccabe mccall mccann mccartney mcclain mcclure mcconnell mccormick mccoy mcculloch
mcdaniel mcdermott mcdonald mcdowell mcfarland mcgee mcgill mcginnis mcgowan mcgrath mcgregor mcguire mcintosh
mcintyre mckay mckee mckenna mckenzie mckinney mcknight mcleod mcmahon mcmillan mcnally mcnamara mcneil mcpherson
mcqueen mead meadows medeiros medrano meehan mehra mehta meister melgar mello melnyk melton melville mena menard
mendoza menendez meneses menezes menon mensah merino merkel merrill merritt merz mesa metcalf metz metzger meunier
meza michaud michel michels middleton mihai milani milano miletic millan millard milligan mills milne milner milton
minh miranda mirza mishra mistry mitchell mitra miura miyamoto mkhize mlynar modi moe moen mohamed mohammadi mohammed
mohr mokoena moldovan moll molnar monaghan moncada mondal montagne montalvo montanari montano monteiro montero montes
montiel mooney moraes moran morel morgan morgenstern morley moroz morrow morse mosca moseley moses mosley mostert mota
motaung mott moulin mounir moura moussa moya moyer moyo mthembu mucha mueller muhammad muir mukherjee mukherji muldoon
mullen mulligan mullins mundt munro munshi murad murakami murdock muresan murillo musa musk mustafa mutai muthoni
mutombo mutua mwangi myburgh myhre nadal nadeau nadella nader nagar nagel naidoo nair nakagawa nakamoto nakano nakata
nance napoli naqvi narang naranjo nascimento nasr nasser nasution natale nath nathan navarrete naylor nazari ndiaye
ndlovu ndungu neal nedelcu needham neff negrete negri nehru neill nel nelson nemeth neri nesbitt neto neuman neumann
neves neville nevin newcomb newell newman newsome newton ng ngata ngcobo ngo nguema ngugi nguyen nicholas nicholls
nicolae nicolaou nicolas nicoletti niemeyer nieto nieuwenhuis nikolaev nikolaidis nikula nishimura niskanen njoroge
nkemelu nkosi nkrumah noel nogueira nolan noonan noor norberg nordin nordstrom norman northrup norton norwood nouri
novik nowicki noyes nugent nunn nwosu nyberg nygaard nystrom o'brien o'connell o'connor o'donnell o'hara o'keefe
o'leary o'malley o'neil o'neill o'reilly o'rourke o'shea o'sullivan o'toole oakley oates obama obi ocampo ochoa odell
odinga odom odonnell oduya offermann ogden oglesby ogunleye ohtani ojeda okada okafor okamoto okeke okonkwo okoro
okoye oksanen olafsson olasz oleary oleinik oliva olivares oliver olivier olmos olszewski omar omer omondi oneal ono
onofre onyango onyeka oosterhuis opoku ordonez oriordan orlov ornelas orozco orr orsini osborn osei oshea osman
ossowski osterman oswald otero otieno ott otto ottosson oudin ouellet overton owen owusu oyelaran ozcan ozer ozkan
pace pacheco padgett padilla pagan paige paine pal palacios palma palmer palomo palumbo panda pandey pandya pang
panicker pannell papadakis papageorgiou pappas paquette paradis paranjape pardo paredes parikh parisi park parr parra
parrish parry parsons partridge parvin pascal paschal pasquale pastore patil patrick patten patton paul paulino
paulsen paulsson pavel pavelka pavlik payne paz peacock peck pedraza pekkanen pellegrini pelletier pelton pendleton
peng pepin peralta perdue peres pereyra perlman perreault perrin perron perrot perry peter peterka peterman petit
petkov petrenko petri petrie petrillo petty pfaff pfeifer pfeiffer phelps philip phipps phiri picard pichai pichardo
pickard pickett pierce pierre pietrangeli pike pillai pimentel pina pineda pinheiro piotrowski piper pires pirozzi
pisani pitman pitt pittman pizarro planck plante platt plaza plummer pohl pokorny polak polanco pollack pollard
pollock polo ponce poole poon popa pope poppe porter portman posada posey potter potts poulin pozo pradhan prado
pratama pratt prescott presley preston prevost prewitt price prieto pritchard proctor provost pruett pruitt pryor
przybylski puckett puente pugh puig pulido pullen purcell puri purnell putin pyle qian quadri quevedo quinn quintana
quintero quiroga quiroz raab racz radebe radford rafferty ragnarsson rahimi rahman rahmani raines raisanen raj raja
rajan rajput rall ralston ramaswamy ramesh ramm ramon ramsay ramsey rana randall randle rangel rankin ranta rao rapp
rasheed rashid raskin rastogi rathore ratliff rau rauch rausch rautio ravi rawat rawlings ray razavi razzaq reaves
rebelo redding reddy redman redmond reece reed reese reeves regan rego reich reichert reid reilly reiner reinhardt
reinhart rembrandt remy renard rendon renner revilla rey reynard reynoso rezende rhee rhodes ribas ribera ricard
richard richter rickard ricker riddle ridley rieger riera rigby riggs riis riley rinaldi rinne rios ripley ritchie
ritter rivero rizvi roa roach robbins roberson robert robertsen robin robles robson rocca roche rockwell roden roder
rodgers rodrigue roe roger rohde rojo roland roldan rolland rolle roman romeo ronning roper rosa rosado rosales
rosario rosas rosen rosenthal rosewood ross rossetti rota rothman rousseau roussel rovira rowan rowland rowley roy
royer ruano rubin ruck rudd rudolph ruff ruggiero ruhl rumpf runge rushton russ russell rutherford rutledge ruto ryan
rydberg ryder saad saar sabo sachs sadler saeed saenz sager saha sahni sakai salah salazar saleem saleh salgado
salinas salman salomon salter salvador samaniego samaras sammons sampaio samper sampson samson samuel samuels
samuelsson sander sandhu sandler sandoval sandstrom sanford sanna santiago santoro santoso sapp saputra sarabia
saraiva sargent sarkar sarmiento sathe satterfield sauceda sauer savage savard savoie sawant sawyer saxena saxton
sayed scanlon scarpa schaaf schaefer schafer schaffer scharf scheer schell schenk scherer scherr schick schiller
schilling schindler schlegel schleicher schlosser schnell scholl scholz schott schrader schramm schreiber schreiner
schroder schuler schuller schulte schultz schulze schumacher schuster schutt schwab schwartz schwarzkopf schweizer
sciacca scott sebastian seger sehgal seidel seiler seitz sekar selby sellers selvaraj semenov sen sengupta sequeira
serna serra seth setiawan severin sewell sexton seymour sfeir shabalala shafer shaffer shah shaikh shankar shannon
shapiro sharif sharkey sharpe shaw shea sheehan sheikh shelton shen shepard sheppard sheridan sherman sherwood shetty
shevchenko shi shields shin shinde shipley shirazi shrestha shukla shultz sibiya siddique siddiqui siegel sierra
sigurdsson silber silveira silverman simard simeone simic simms simon simpkins simpson sims singleton sinha siregar
sirois sithole sivakumar skaggs skalski skinner skora skov slade slater sloan slocum smet smiley smolka snell snowden
snyder soares sobczak solano solberg soler solheim solis solomon solorzano somers sommer sommers song sontag soo soria
soriano sorrell soucek southard souza soyinka spangler spears speer spellman spence spencer spengler sperling spicer
spiegel spinelli spivey springer squires srinivasan sriram stacy stahl stanek stanford stanley stanton stapleton stark
starr statham staub stauffer stavropoulos steadman stefan stefansson steffen stephen stephenson stewart stiles stock
stoddard stokes stoll stone story stott strand strasser stratton strauss strickland strobel strom stroud struthers
stuart stubbs sturm subramanian sugimoto sugiyama suleiman sultana sumner sun sundaram sundberg sundqvist sundstrom
surace suri susanto suter sutherland sutton svendsen swain swan swann swanson swartz sweeney swenson swinton sykes
sylla sylvester szczepanski szekely szymanski szymczak tabor taft taggart tahir takada takagi takamatsu takeda
takemura talbot talley tamayo tamura tan tandon tang tanner tapia tariq tatum tauber tavernier taylor teague tejada
tellez temple templeton tennant terrell terry tesfaye thacker thakkar thakur thapa tharp theron thibault thibodeau
thiel thiele thies thoma thomas thomason thorne thornton thorpe thorsen thorvaldsen thurman thurston tibbs tiede
tiller tillman timm timmermans timmons tinoco tirado tiwari tkachenko tobias tobin todd tolbert toledo tolentino tomas
tomasi tomlinson tompkins toner toomey toro torrance torre torrente tosi toussaint tovar towers townsend tracy trahan
trajkovski trammell traore traynor treadwell trejo trent trevino trevisan trimble trinh tripathi triplett tripp
trivedi trombley trotter trudeau trujillo trump truong tsai tsang tse tseng tsoi tucker turan turcotte turgut turk
turnbull turnock tuttle tutu tyler tyson uchida uddin ueda ueno ugarte uhl ulloa ulrich underwood unger upadhyay urban
urbina uribe urquhart usman usmani utley vaccaro vahl vaidya valadez valdes valdez valencia valentin valentini valerio
valle vallejo valles vance vandenberg vanderbilt vann varela varga varghese varma varner vas vasile vasiliev vasiliou
vaswani vaughan vaz vega veiga vela velasco velazquez velez vella venkataraman venter ventura vera verdi vergara
verhoeven verma vermeulen vernon verstraete vest vickers victor vieira viera vigil vilas villa villanueva villar
villareal villegas villeneuve vincent vinci vinck vink vinson virk viswanathan vitale vitali vivas vlahos vlasov vogel
voight vollmer volpe vora vos voss vranckx vu vuong wachter wada waddell wade wadsworth wafula waggoner wahl wahlberg
wainwright waite walden waldman waldron wallace waller wallin walls walter wang wanjala wanjiru warburton ward ware
warner warren warsame washburn washington wasserman waterman waters watkin watkins watts weatherly weaver wegner wei
weil weinberg weiner weinstein weir welch weldon weller wells wen wendt wenzel werner wesley wessel west westerberg
weston wetzel whalen whaley wharton wheeler whitaker white whitehead whitfield whiting whitley whitlock whitman
whitmore whitney whittaker whittington wiberg widmer wieczorek wieland wiese wiggins wijaya wilcox wilde wiley wilhelm
wilk wilke wilkens wilkerson wilkes wilkins willard willems willett willis willms willoughby wills wiltshire winfield
winkelmann winn winslow winston winter winters wirth witherspoon witt witte wojciechowski wolf wolfe wolfgang wolters
womack wood woodard woodley woodruff woods woodson woodward woolf wooten worden workman worley worthington wozniak
wren wulandari wulf wyatt wynn xi xia xiang xie xiong yadav yadava yamagata yamauchi yamin yan yanez yankov yao yates
yazdani ybarra ye yeager yee yin yip yoder yoo young youssef yousuf yu yuan yusuf zabala zaborowski zach zachariah
zafar zaidi zajac zalewski zaman zamora zamorano zander zanetti zangari zapata zaragoza zarate zavala zawadzki zbinden
zeidler zeitler zelaya zelensky zeller zeman zepeda zheng zhuang zidane ziegenfuss ziegler zielinska zielinski zima
zimmer zimmerman zink zito zorn zorrilla zubair zuber zubkov zuccaro zuckerberg zulu zungu zuniga zurita zwart
`;
