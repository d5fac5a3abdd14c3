/**
 * Names beyond those that the tagger's dictionary has: given names and surnames that are frequent somewhere in the world.
 * Lower case, without accents, one blank or line break between two.
 */
export const GIVEN_NAMES = `
aanya aarti aayush abebe abena abhay abhishek abiodun achim adaeze adebayo adil aditi aditya adriaan adrien agata
agathe agnieszka aiko ailsa aishwarya aissatou ajay akash akbar akeem akihiro akiko akin akira akosua akshay
alessia alessio alexei alexis alix aliya alma alok amadou amara amelie amita amrita anais anand ananya andrea
andreea andrey angelika angus aniket anil anjali ankit ankita annalena annegret anneke annelie ansgar antje
antonin anuj anupam anusha aoife arash archana arne arun arvind ashish ashok ashwin asif asuka atsuko atsushi
aurelie aurelien axel ayaka ayako ayan aysegul ayumi babajide bartosz basil bastian bastien bautista beata
benedikt bernd bhavna binta birgit bjoern bob borja bozena bram britta burak callum carolin carsten casper
catriona cem cemal charlie chiamaka chiara chidi chidinma chiho chinedu chinwe chioma christelle christof
chukwuemeka clementine corentin cristian dagmar daiki daisuke dalia damir danuta dariusz darko davide dawid
deepika deepti demba devika devon dhruv didier diego dilip dimitra divya djamila dominika dorota duc dusan ebba
ebru ece eduarda efua eirik eleonora eliott elke elodie emanuele emeka emre eni esme ezgi fahad faisal
farid fateh fatih fatou federica feyza filippo finn flavia flavio floriane folake franck franco francois franjo
franz franziska fumiko gabor gabriele gael garima gaurav gautam geert gerd gerda ghislaine gianluca gianni giannis
ginevra giorgia giulia giuliana giulio giuseppina gokhan grazyna grzegorz gudrun hadiza haider haiko hakan
hamed hamid hamish hanneke hannelore hannes harald haris harpreet harris haruka hedwig heike heiko heiner heinz
helmut henrike hernan hideki hideo hilde hina hinata hiroaki hiroko hiromi hiroshi hisashi holger hong horst
hristo huda huong hyejin hyun ibrahima ifeanyi ifeoma ikram ilaria ilias ilker ilya imani imran inga inge ingeborg
ioana ioannis irfan isamu ishita ivar iveta ivo izabela jaap jacek jadwiga jaime jalen jamie janne jaroslaw
jayesh jean jemima jesper jihoon jimena jiri jisoo jitendra joachim jochen jolanta joost jorg jorgen josip juliane
jun junko juraj jurgen justyna jyoti kadir kai karan kareem karel karsten kasia kasper katarzyna kathrin katja
katrin kavya kayode kazuki kazuko kazuo keiko keisuke kelechi kemal kenji kenta kerstin khushi kiran kirsty klara
klemens koen kofi koji kostas kotaro kris krishna kristof krystyna kunal kwabena kwadwo kwaku kwame kyoko ladislav
lakshmi lamia lata laure leen lenka leo leonor lerato lewis lieke liesbeth lily lise liselotte loic lorenz luan
luca ludivine ludmila lukasz lutz maarten madhavi madhu mads maeve magali mai maike makoto malgorzata malte
manisha manju manoj mareike marek margaux margrit marijke marijn marion mariusz marjan marjolein marlies martino
marton masako masashi massimo mateus mateusz matthieu maurizio max maxim maxime mayumi mbali meera
michalis michela michiko mihaela mikael miki mikko mina minjun minoru mireille mirela mirjam mirko miroslav
misaki mitsuko miyuki moana modou mohan mohit morgane morten mubarak mukesh murali murat murielle musa nabil
nadege nagendra naledi nana nanami naoki naoko narendra nasreen nastya natascha naveen nazanin neela neha nelly
ngoc ngozi niccolo nick nico nicoletta nihal nikolaos nikolaus nikos nirmala nitin nobuko noelia noriko nuno nuria
obinna odile olaitan olamide ole oleg olena oluwaseun oluwatobi omari onyeka orla ousmane ozge ozlem
pallavi parisa pascale pat patricio patrizia patrycja pavla pawel pernille philippa phuong pilar pooja poonam
prabhakar pradeep pranav prasad prashant pratik praveen preeti priti priya priyanka przemyslaw quynh radek
radoslav rafaela rafal raffaele raghav raj raja rajendra rajiv raju rakesh ram ramesh rana ranjit rasheed rashid
rashmi ravi razvan reiko reinhard rekha remi remy renate renaud rene ritu roald robin rohit romain romina ronaldo
roopa rosalia rui ruslan ryo ryota sachiko sachin sadia salim salman sampath sander sangeeta sanjeev santosh
sarita sascha satish saurabh sebastiao selcuk selin senthil seojun severine seydou shabana shalini shanice shekhar
shigeru shilpa shin shinji shiv shivani shreya shubham shweta sibusiso siddharth sigrid silke silvie sina sinead
sipho sissel siya slavica slawomir sneha sohail solveig sonali soumya spyros srinivas stefania steffen stephon
stijn subhash sudha sudhir suleiman suman sumit sunil sushant sushma svein svenja svetlana swati
sylvain tadeusz taiwo takahiro takashi takeshi takumi tamas tanja tanvi tarek tariq taro tatjana tatsuya temitope
thabo thandiwe thanh thi thibault thierry thijs thorsten tiago tilman timo tobi tomoko torben torsten
trond tsubasa tuan tunde tushar ulrika ulrike uma umar urszula uta ute uwe vaclav valerio varun vasile vasilis
vedran verena veronika veronique vidya viet vijay vikas vikram vinay vineet vinod viola virginie vishal vittoria
vittorio volker wafa waleed waltraud wanjiru warren wiebke wieslaw willem witold xiaoming yana yannis yara yas
yasemin yash yasir yasuko yaw yetunde yewande yoann yogesh yoko yoshiko yuki yukiko yulia yuliya yumi yun yuto
yvan yves zandile zbigniew zdenek zhanna zlatan zodwa zoltan zsolt zuzana zuzanna`;

export const SURNAMES = `
abbott abdi abdullahi abebe abreu acheampong achebe adebayo adeleke adeyemi aguirre ahmad ahmadi ahmed ahn
albrecht alexandre ali allen alonso alvarado amari amin amoah andrade antunes aoki appiah arai arroyo asante ashby
atkins aubert azevedo bachmann balogun banda banerjee bangura banks baptista barros barry bartosz basu batista
baumann baumgartner bayer bayraktar beck beckett benali bender bennani berg bergstrom bernard bernardi bertrand
bhat bhatia bhatt bhattacharya biggs bjork black blanc blanchard boateng bogdan bohm bonnet borges bosch bose
boucher bouvier bowman boyd bradley brand brandt brauer braun brenner bright britt brodersen brown brun bruno bui
bulut burns busch butler caballero cabrera cai campos cano cao caputo carlson carneiro caron carpenter carrasco
carroll carson cattaneo cetin chandra charles chaudhary cheng chevalier chou chua chukwu cisse clement coelho cole
colombo connolly connor conte coulibaly cunha danjuma dekker delacroix demirci deng desai
deshmukh devine dhawan diallo diop dobson domingues dong donovan doyle dreyer dube duffy dumas dumont duncan
dupont duval eberhardt eckert eklund ekwueme el-sayed eliasson ellis engel erdem erdogan ernst eze fabre falk
fang farah faria farouk faure feng ferguson ferrero ferri fiedler figueiredo finch fitzpatrick fletcher fofana
fonseca fontaine forbes forsberg foster fox franco frank franke franklin frederiksen freitas frey friedrich fujii
fujimoto fujiwara fukuda gabriel garnier gautier gerber ghosh gibbs gill girard goh gordon goto graf graham grant
gray greco green griffin grimaldi guerin guillaume gunther gupta haas haddad hahn hakim hamilton hamza han hara
haraldsson hardy harrison hartmann harvey hasan hasegawa hassan heinrich helland hendricks henry herbst hermann
herrmann hicks hill hinton ho hoff holland holm horn horvath hossain hou howard hsu hudson hunt hussain hussein
ibrahim imai iqbal ishida ishii islam iwasaki iyer jacob jacquet jaeger jager jahn jain james jankowski javed jha
ji jiang jordan joseph joshi juarez kaczmarek kaiser kamara kamau kang kavanagh keita kelly khalil khanna khumalo
kim king kipchoge kling knight koenig kohl kohler kolar konate kondo konig kozlowski krishnan kruger kuhn kulkarni
kumari kuo kurt lacroix lai lam lambert lange larson laurent lawrence leclerc lee legrand leung levy
lewandowski liang lim lima lin lindgren lindqvist lloyd lo lobo lorenz lu lucas ludwig lundberg ma macdonald
machado maher mahmoud maldonado malik manning mansour marchand marchetti marquez marsh marshall martel martens
martin martinelli martini mason masson matsuda matsui mazur mbatha mbeki mcbride mcdonald mckenzie mehta mendoza
mensah mihai mills miranda mishra mitchell miura miyamoto mohamed mohammed mokoena monteiro moraes moran morgan
mostert moussa moyo mueller muhammad mukherjee murakami mutua mwangi naidoo nair nakagawa nakano nascimento ndiaye
ndlovu nel nelson neri neumann newman newton ng ngo nguyen nicolas nikolaidis nishimura nkosi nogueira noor nwosu
obi ochoa odonnell okada okafor okamoto okeke okonkwo omar omondi ono onyango osei oshea osman otieno otto owen
owusu padilla pal palmer parikh park parsons pascal patil paul paulsen payne pellegrini peng perrin perrot peter
petit pfeiffer pierce pillai pires pohl popa porter potter price prieto quinn rahman raj raja rajan rao rashid ray
reddy reed reid reilly rezende richard richter riley rinaldi rios robin roche rosa rosen ross rousseau
roussel roy russell ryan sakai salah salazar saleh salinas sandoval santiago santoro sarkar sauer schafer
scherer scholz schreiber schroder schulte schultz schulze schumacher schuster schwartz scott seidel seiler sen
serra shah shaikh shaw sheikh shen shi shin shinde shrestha shukla siddiqui silveira simon simpson sinha sithole
snyder soares solberg solis solomon song souza spencer spinelli srinivasan stahl stark stewart stone strand stroud
subramanian sugiyama sun sundaram sutherland sutton swanson szymanski takada takagi takeda tamura tan tang tanner
taylor thakur thapa thomas thornton traore tripathi tsai tseng tucker uddin ueda ueno ulrich urban usman valencia
valentini vance varga vaughan vega velazquez venter verma vermeulen vieira vitale vogel voss wada wahl wallace
walter wang ward warren washington watkins watts wei welch wells wen werner west westerberg wheeler whitaker white
wieczorek willis winter wirth witt wolf wood woods xia xie yadav yan yates ye yin young yu yuan zaman zapata zheng
ziegler zielinski zimmerman zulu`;
