/**
 * A second exam, in another manner: requests to models, mails, logs, tables and look-alikes, in some thirty languages.
 * Written before the rules that it was to test. It was looked at once (people were then found with precision 0.909 and
 * recall 0.959), two marks were put
 * right, and the general weaknesses that it showed were mended: since then it guards, and no longer tells what
 * a text that nobody has seen would give. Marks as in `marked.ts`; all people are invented, numbers drawn by chance.
 */
export const PII_EXAM_2 = `
Please rewrite this so it sounds less angry: "I have been waiting for three weeks, my name is {person Oluwaseun Adebayo}, my order is 88213-A and nobody at your desk ever rings back on {phone +44 7700 900 412}."
Summarise the call: Agent {person Bettina} greeted the customer, Herr {person Wolfram Eickhoff}, who complained about a late meter reading.
Transcript 00:00:14 SPEAKER_1 Good morning, you're through to {person Imani}. SPEAKER_2 Hi {person Imani}, it's {person Derek Plumtree}, I rang yesterday.
Could you draft a reference for my former student {person Xiomara Villanueva-Ortiz}? She worked with me from 2019 to 2022.
I'm writing to {person Søren Kjeldgaard} about the boat; his e-mail is {email soren.kjeldgaard@baadvaerft.dk}, cc {email havn+plads12@marina-vest.dk}.
Translate to English: „Liebe {person Annegret}, ich bin ab Montag wieder da. Viele Grüße, {person Hans-Jürgen}“
Traduis ce mail : « Bonjour, je m'appelle {person Solène Kerbrat}, je souhaite résilier mon abonnement. Vous pouvez me joindre au {phone 06 12 48 77 30}. »
Responde a este correo: "Buenas tardes, soy {person Ximena Arrieta}, la titular de la cuenta {iban ES39 8041 7147 9623 5880 0590}, y no reconozco un cargo de 84,20 €."
Rispondi gentilmente a: "Sono {person Ginevra Locatelli}, ho un problema con il bonifico su {iban IT10K6069428069449467062954}."
Herschrijf dit formeel: Hoi, met {person Sjoerd van der Veen}, mijn rekening is {iban NL57 INGB 2478 9780 39}, graag terugstorten.
Przetłumacz: Nazywam się {person Agnieszka Wróblewska}, mój numer to {phone +48 601 332 918}, proszę o kontakt.
Skriv om: Hej, jag heter {person Ebba Lindqvist} och min mejl är {email ebba.lindqvist@skolan.se}.
Kirjoita vastaus: Nimeni on {person Aino Korhonen} ja puhelinnumeroni on {phone +358 40 512 7788}.
Merhaba, ben {person Elif Yıldırım}, faturamı {email elif.yildirim@ornekposta.com.tr} adresine gönderir misiniz?
Dobrý den, jmenuji se {person Zdeněk Hruška} a volám kvůli účtu {iban CZ05 9925 2013 7309 6810 4757}.
Jó napot, {person Szilágyi Boglárka} vagyok, a telefonszámom {phone +36 30 447 1290}.
Bună ziua, numele meu este {person Ionuț Dumitrescu}, IBAN {iban RO02BTRL6882250803734478}.
Меня зовут {person Светлана Морозова}, мой телефон {phone +7 916 245-33-18}.
Мене звати {person Оксана Бондаренко}, пошта {email o.bondarenko@poshta.com.ua}.
Γεια σας, με λένε {person Ελένη Παπαδοπούλου}, τηλέφωνο {phone +30 694 551 2087}.
私は{person 渡辺直美}と申します。連絡先は{phone 090-3345-7781}です。
{person 山本}様 — 次回の打ち合わせに{person 小林健太}も参加します。メール: {email k.kobayashi@yamabuki.co.jp}
안녕하세요, 저는 {person 이서연}입니다. 연락처는 {phone 010-8823-4417} 입니다.
你好，我叫{person 王晓明}，手机号{phone 138 1023 5567}，请尽快联系我。
السلام عليكم، اسمي {person فاطمة الزهراني} ورقم جوالي {phone +966 55 312 8840}
שלום, קוראים לי {person נועה לוי} והטלפון שלי {phone +972 52-331-7809}
Xin chào, tôi tên là {person Nguyễn Thị Hồng Nhung}, số điện thoại {phone +84 91 233 4456}.
Halo, nama saya {person Budi Santoso}, nomor HP {phone +62 812-3345-6677}.
Olá, aqui é o {person Thiago Nascimento}, meu celular é {phone +55 11 98123-4455}.
Fwd: von {person Mechthild Oberländer} <{email m.oberlaender@klinikum-nord.de}> an {person Ruprecht Stadler}
From: "{person Kowalczyk, Bartosz}" <{email bkowalczyk@firma-logistyczna.pl}>¶To: {person Ingeborg Thalmann} <{email ingeborg@thalmann-design.at}>¶Subject: Angebot Nr. 20231
-----Original Message-----¶From: {person Priyanka Deshmukh}¶Sent: Tuesday, 14 May 2024 09:12¶To: {person Gareth Llewellyn}¶Subject: RE: Q3 budget
On Mon, Mar 4, 2024 at 5:12 PM {person Tomasz Zieliński} <{email tz@kopalnia.io}> wrote:
Kind regards,¶{person Rosalind Achterberg}¶Head of Procurement¶T {phone +31 20 794 1180}
Mit freundlichen Grüßen¶¶i. A. {person Kerstin Vollmer}¶Sachbearbeitung Schaden¶Tel.: {phone 0221 / 483 92 11}
Cordialement,¶{person Jean-Baptiste Le Goff}¶{url https://www.atelier-legoff.fr/contact}
Saludos,¶{person Macarena Quiroga}¶Móvil: {phone 612 345 908}
Thanks!¶- {person Tamsin}
Cheers,¶{person Dougal}¶Sent from my iPhone
--¶{person Eleftheria Stavrou}¶{email e.stavrou@nautilia.gr} | {phone +30 210 884 1120}
id;vorname;nachname;ort¶17;{person Friederike};{person Wintersberger};Linz¶18;{person Lorenz};{person Haslinger};Wels
first_name,last_name,email,plan¶{person Monique},{person Castellanos},{email mcastellanos@exampla.net},pro¶{person Jarrod},{person Whitcombe},{email jw77@exampla.net},free
nom,prenom,telephone¶{person Delacroix},{person Apolline},{phone 01 44 93 20 18}
name|dept|ext¶{person Saoirse Gallagher}|Legal|4410¶{person Nikolai Petrenko}|IT|4417
"customer": "{person Beatriz Fonseca}", "card": "{card 4716738282906546}", "amount": 120.50
"holder":"{person MARGARET O'SULLIVAN}","pan":"{card 5421207212485925}","exp":"09/27"
user.setName("{person Kofi Mensah}"); user.setEmail("{email kofi.mensah@goldcoast.example}");
INSERT INTO patients (surname, forename, nhs_number) VALUES ('{person Thistlewood}', '{person Horatio}', '{nhs 549 232 3873}');
UPDATE users SET full_name = '{person Leocadia Brzezińska}' WHERE email = '{email leo.brz@uczelnia.edu.pl}';
2024-06-01T08:11:02Z INFO login ok user="{person Anneliese Köhler}" ip={ip 203.0.113.57} ua=Firefox/126.0
level=warn msg="payment declined" customer="{person Dmitri Volkov}" card={card 371443165967467} attempt=3
Jun  3 10:22:41 gw sshd[2210]: Failed password for invalid user oracle from {ip 198.51.100.23} port 50922 ssh2
{ip 2001:db8:85a3::8a2e:370:7334} - - [03/Jun/2024:10:22:41 +0000] "GET /img/logo.svg HTTP/1.1" 200 812
dhcpd: DHCPACK on {ip 10.20.30.41} to {mac 3c:22:fb:9a:01:7e} via eth1
wlan0: associated with {mac 00-1A-2B-3C-4D-5E}, signal -52 dBm
switch1#show mac address-table | include {mac 0050.7966.6800}
arp: {ip 192.0.2.77} moved from {mac a4:5e:60:c2:19:0b} to {mac A4:5E:60:C2:19:0C} on em0
Router advertises fe80 prefix via {ip fe80::1ff:fe23:4567:890a}, ignore the rest.
Block {ip 45.83.64.12}, {ip 45.83.64.19} and {ip 2a02:26f0:9d00::1724:5a3} at the edge please.
Der Drucker im zweiten Stock hat die Adresse {ip 172.16.40.9}, MAC {mac 58:38:79:AA:0B:C3}.
Xavier NX board shows up as {mac 48:b0:2d:11:22:33}, lease expires tomorrow.
whitelist = ["{ip 192.168.14.200}", "{ip 192.168.14.201}"]
Send the 0.05 BTC to {crypto 1KdrJ4jvp45yqoXNGgVKSiUwx9zB7r55bH} before noon.
Donations welcome: {crypto bc1qqpn37pmcufpdldyefk46erjft4yg2m8km2afrh} (segwit) or {crypto bc1pedzare63hsm83q03nwc6h27mu5t73rrys7v7jm8mp2ps5p29j3wsys9v0u} (taproot)
legacy multisig address {crypto 32iofCEiaNKJNAVaWNdizVg7SUha1pMbjU}, please don't reuse
ETH wallet of the treasury: {crypto 0x9457704C6D4627539Ec92600265aE9eE8BeE8d0E}
const OWNER = "{crypto 0x2C5966d4be4446D3b7B0B54F24AAecaEB88eB85A}"; // deployer
Mein Litecoin-Konto: {crypto Ld4MoHC8u1rJJVEFe7Xzk9wFS5wrf1guwF}, Notiz „Miete“
pay me in ltc → {crypto ltc1qy00xfgg4d4hsjuwj4hrqry0v3w2l6s8mj8uppm}
such wow, my doge is at {crypto DRZYYXmLEPP2xVv6dTopwDvh6jLt11M73j}
USDT (TRC20) payout address {crypto TYdteMfboAXSKG3qhF3H4kUrtmjTNKuAMJ} confirmed by {person Yevgenia}
XRP deposit {crypto rPLFdRsKx5EGmKyxRxfW2Uv8SXmWkd4ML5} with destination tag 10442
Bitcoin Cash: {crypto bitcoincash:qqt59jctjysa4mk7dxh98yt3jp68cnte5yyqm48wff}
El monedero Dash es {crypto XtiNifMhCa2mDfzoVajoLKTv1AnDc4Jufc}, por favor confirma.
cardano payout goes to {crypto addr1qx8ar499aca78slg5xq3eh5h0wt653defy5l8ndxmxs7xx9vt4643nw4nxgamjrcvw6dcamyz6q3uujq58mfhz30rrkq5dxm3c}
zcash t-addr {crypto t1SLutoPFsmKrkpx2kwiyDuYvcfeUPg9btE} received 2.1 ZEC
My cold wallet, {crypto 1J44jdVMfVXReS51yexyYME2MVqibdEfcY}, and hers, {crypto 0x08919d9239e67f5bca4d1f0b736bcf8134aacfc7}, were both drained.
Ledger export: date,coin,address¶2024-02-01,BTC,{crypto bc1qq85kkjr2er8kf3gqcmzd3nxkveyz3dd8kmtkuf}¶2024-02-03,TRX,{crypto TXrEaELMtc3KvU2czbua9UHB9VZhFJsMTE}
Visa ending? Full number is {card 4532 3026 2054 0962}, cvv 311, thank you.
Meine Kreditkarte {card 5318-1319-1855-1812} wurde doppelt belastet.
carte bancaire n° {card 4974 2901 0620 5454} exp 04/26 au nom de {person Théophile Marchand}
Tarjeta {card 3787 070614 91274} a nombre de {person Inmaculada Reyes}
charge {card 6011 1086 5681 8957} for the second night as well
JCBカード {card 3566-0066-2362-4811} で支払いました。
银联卡号 {card 6217290427902815}，户名{person 陈思远}
Numero carta: {card 3605 288861 5183}, intestata a {person Fiorenza Bellucci}
stripe test mode: {card 4242 4242 4242 4242}, any cvc
pan={card 4024792227457641}&exp=1228&name=x
Refund to {card 5555 6080 1233 7364} and {card 4485-9130-7729-9071}, split evenly.
The caller read out {card 4929 3062 1795 2143} twice before I could stop her.
my amex: {card 3412 745833 53072}
Kaart {card 2223 8236 9636 4415} van {person Marijke de Boer} is geblokkeerd.
Kartı {card 4543 0456 1898 3788} olan müşteri {person Kerem Aydoğan} itiraz etti.
Bitte überweisen Sie den Betrag auf {iban DE84 8114 0569 6345 7654 37}, Kontoinhaberin {person Roswitha Engelbrecht}.
IBAN: {iban FR13 1729 0950 9564 1914 3432 959} — BIC AGRIFRPP
beneficiary {person Lars-Erik Holmström}, {iban SE9880952709582364226360}, SWIFT ESSESESS
Sort out the standing order to {iban GB54 BARC 7223 9120 4345 37} please.
Rachunek: {iban PL45 6700 5623 3295 0550 3473 9804}, odbiorca {person Stanisław Gołębiowski}
conta {iban PT35821371431234233475334} em nome de {person Joaquim Teixeira}
Konto {iban AT17 0331 2688 1856 8511} lautet auf {person Hannelore Pichler}.
Überweisung an {iban CH77 7779 5160 0172 5055 7} (Schweiz), danke!
belgian account {iban BE77 0168 1246 8714} belongs to {person Thibault Claes}
IBAN={iban IE10BOFI72079331859014};BIC=BOFIIE2D
Selskapet betaler til {iban NO76 4352 9559 786}, kontakt {person Ragnhild Øvrebø}.
maksu tilille {iban FI8749925748980212} viitteellä 1009
TR hesabım {iban TR35 9654 0022 4387 9206 6369 80}
Patient {person Winifred Oduya}, NHS no. {nhs 653 119 4316}, reviewed in clinic today; plan: repeat bloods in six weeks.
nhsNumber={nhs 5193514448}
NHS: {nhs 4999804735} DOB withheld, referred by {person Pelham}.
Please merge the duplicate records {nhs 699 757 5935} and {nhs 487 590 2174} on the NHS spine.
"nhs_number": "{nhs 6916038225}", "gp_practice": "Elm Tree Surgery"
NHS Number {nhs 528 416 7554} was entered for the wrong patient, {person Cuthbert Mallory}.
patient's NHS number: {nhs 6694900538}
My NHS number is {nhs 709 155 2539} and my NI number is {nino AB 48 21 93 C}
Vaccination record for NHS ID {nhs 536-976-7483} is missing the second dose.
NHS no {nhs 623 201 2887}; next of kin {person Philippa Garside} on {phone 020 7946 0831}
(NHS {nhs 684 221 6613}) discharged home
ward list: bed 4 {nhs 5002160158} (NHS), bed 5 empty
National Insurance number {nino CE 20 47 61 D}, starts on the 3rd
NINO: {nino JG103759A}
payroll: {person Leighton Frobisher}, NI {nino SH 66 01 25 B}, tax code 1257L
ni_number,{nino WK442199C}
Her NI number, {nino PB883012A}, does not match our records.
NI No {nino TX 90 31 74 D} is on the P45
SSN {ssn 412-55-8903} on the W-2 doesn't match the I-9
applicant {person Shaniqua Brumfield}, social {ssn 318-40-7726}, income 52k
my social security number is {ssn 227 61 4408}, please fix my file
"ssn":"{ssn 530-12-9984}","state":"NV"
Employee {person Wyatt Kowalski} / SSN: {ssn 603-88-1127} / start 02/12
SSN# {ssn 151429907}
taxpayer uses ITIN {itin 923-78-4410} on form 1040
ITIN: {itin 951-82-3366}, spouse's is {itin 951-82-3367}
W-7 approved, number assigned {itin 988 71 2054}
"itin": "{itin 940-90-1182}"
Call me at {phone (415) 555-0137} after five.
Office {phone 212-555-0164 ext. 88}, mobile {phone 917-555-0102}.
Ring {person Beryl} on {phone 01632 960 774}, she's in all day.
Whatsapp: {phone +234 803 555 7712}, ask for {person Chidinma}
Handy {phone 0171 2233445}, Büro {phone 030 2271 5540}
Rückruf bitte unter {phone +49 (0) 89 4521 337-0}
Tél. : {phone +33 (0)4 72 10 88 41}
Teléfono de contacto: {phone +34 915 62 33 08}
tel. {phone +39 06 6821 4477}, chiedere di {person Ludovica}
Bel {person Joost} even op {phone 06-20184477}
zadzwoń do {person Grażyny} na {phone +48 22 555 81 40}
Reach our Bangalore desk: {phone +91 80 4112 7765} or {phone +91-98450-33217}
contato: {phone (21) 99876-1204}, falar com {person Raimunda}
Telefon: {phone 0532 418 77 05}
ph: {phone 02 9374 4411} (Sydney office)
Auckland line {phone +64 9 302 5518}
fax {phone +43 1 588 60-120}
téléphone portable {phone 0470 12 88 93} en Belgique
{phone +86 21 6288 4410} 转 802
{phone 1-888-555-0177} is our hotline, {phone 1.312.555.0119} is the direct line
text STOP to {phone +1 628 555 0190}
"phoneNumber": "{phone +14155550142}"
tel:{phone +442079460018}
phone={phone 4045550173}
Numero di cellulare {phone 347 881 2206}
mobil: {phone +46 70 174 06 52}
Puh. {phone 09 4155 2200}
Phone/Fax;{phone 061 285 44 17};{phone 061 285 44 18}
Call log: 09:31 in {phone +1 (503) 555-0128} 4m12s; 09:44 out {phone +52 55 5128 4410} 1m02s
Our nurse {person Consolata Wanjiru} will phone you from {phone +254 722 510 338}.
ask {person Mireia} for the {url https://docs.example.org/handbook/v2/leave?lang=ca#annual} link
see {url http://localhost:8080/health} and {url https://status.kestrel.example/incidents/9f2}
The dump is at {url ftp://files.herbarium.example/pub/2024/dump.tar.gz}
DATABASE_URL={url postgres://app:s3cret@db.internal:5432/orders}
redis lives at {url redis://cache-01.internal:6379/0}
open {url wss://stream.quotes.example/v1?token=abc} and wait for the hello frame
short link: {url bit.ly/3xQz8Lm}
join at {url https://meet.google.com/abc-defg-hij} at 3
{url www.bakkerij-ouddorp.nl} is down again
slides: {url tinyurl.com/y7kd2mvp}
repo is {url git://git.lantern.example/core.git} (read only)
clone with {url ssh://git@code.lantern.example:2222/core.git}
my profile: {url linkedin.com/in/theodora-vance-4471}
watch {url youtu.be/dQ7xPz0kLmA} from 2:10
bucket {url s3://nightly-backups/2024-05/} is public!
broker {url mqtt://iot.greenhouse.example:1883} dropped 14 messages
img src="{url https://cdn.tulip.example/a/b/c.webp}" alt="field"
Siehe {url https://de.wikipedia.org/wiki/Streuobstwiese_(Begriff)}.
The form ({url https://forms.example.edu/apply}) closes on Friday.
url,{url http://192.0.2.15/setup.cgi},admin
mongo uri {url mongodb+srv://ro:pw@cluster0.abcde.mongodb.example/test}
{url https://xn--mnchen-3ya.example/stadtplan} works, {url https://münchen.example/stadtplan} does not
[docs]({url https://kit.example/docs/intro}) are outdated
curl -s {url https://api.weather.example/v3/now?q=Oslo} | jq .temp
write to {email first.last+tag@sub.domain.museum}, not to the old address
{email jörg@müller-bäckerei.de} bounces
support contacts: {email helpdesk@northwind.example}; {email on-call@northwind.example}; {email noc_2@northwind.example}
mailto:{email press@harbour-museum.example}
cc {email o'connor@tara.example} please
E-Mail {email RECHNUNG@ELEKTRO-HUBER.AT} (nicht an {email info@elektro-huber.at})
git commit --author="{person Ines Carvalho} <{email ines@carvalho.dev}>"
Co-authored-by: {person Takumi Hayashi} <{email takumi.h@users.noreply.example}>
Signed-off-by: {person Radoslav Iliev} <{email riliev@kernelshop.example}>
@param email e.g. {email jane.roe@example.com}
{email 周杰@例子.中国} 是我的邮箱
invite {email a@b.co}, {email x_y.z@uni-graz.ac.at} and {email 1234567@qq.example}
to=<{email bounce-4471@lists.fern.example}> relay=mx1 status=sent
my address is {email lena.ruiz@example.com}
Ask {person Quentin} or {person Zainab} whether the kiln is free on Saturday.
The prosecution called {person Bartholomew Finch}, then {person Adaeze Nwosu}, to the stand.
{person Marguerite}'s laptop was stolen from the Lisbon office.
Ticket opened by {person DeShawn}, assigned to {person Ulrike}.
{person Fatoumata Diallo} and her brother {person Mamadou} are flying to Dakar in June.
[11:02] {person Giulia}: did anyone see my badge?¶[11:03] {person Oskar}: try reception
{person giulia}: did you push?¶{person oskar}: yes, an hour ago
<{person Benedikt}> wer hat den Schlüssel?
Minutes. Present: {person Papadakis}, {person Florentyna Maj}, {person Chukwuemeka Eze}. Apologies: {person Sunniva}.
Attendees: {person Noor}, {person Caspian}, {person Wilhelmina}
interview notes – candidate {person Valentina Kuznetsova} – strong SQL, weak on testing
Dear Mr {person Featherstonehaugh}, we regret to inform you that your claim was declined.
Sehr geehrte Frau {person Kaltenbrunner}, anbei die Unterlagen.
Chère Madame {person Vasseur}, votre dossier est complet.
Estimado señor {person Urdangarin}: adjunto el contrato.
Gentile dottoressa {person Sorrentino}, la ringrazio.
Geachte mevrouw {person Hoekstra}, uw afspraak is verzet.
Szanowna Pani {person Nowicka}, dziękujemy za zgłoszenie.
Kære {person Rasmus}, tak for sidst!
Hei {person Ingvild}, kan du ringe meg?
Vážený pane {person Dvořáku}, Vaše žádost byla přijata.
Spett.le studio, la pratica di {person Calogero Impellizzeri} è chiusa.
Witness: {person Hyacinth Bellweather}. Solicitor: {person Rupert Ashdown-Pryce}.
the tenant, one {person Ludmila Horáková}, has not paid since March
Mother: {person Ye-jin Park}; father: {person Min-ho Park}
Dr. {person Achterberg} prescribed 5 mg, nurse {person Tolentino} gave it at 8.
Prof. {person Ngũgĩ} will chair the session.
Sgt. {person Malone} took the statement; Officer {person Trujillo} was present.
Judge {person Whitlock} adjourned the hearing.
My landlord {person Vikram Chatterjee} never fixed the boiler.
my boss {person Henrike} says I should take the week off
My sister {person Oona} married {person Lachlan} last spring.
our daughter {person Persephone} starts school in September
I met {person Babajide} at a conference; he knows {person Catarina Lobo} from uni.
{person Hiroshi Tanabe}, 47, was arrested on Thursday; his lawyer {person Emiko Ono} declined to comment.
{person Kwabena Boateng-Asare} joined as CFO in 2018.
Booking for {person RODRIGO SALDANHA}, seat 14C
Passenger name: {person GUDRUN SCHNEIDERHAN}
Guest: {person Ottoline de Vries} (2 adults, 1 child)
cardholder {person ELIZABETA PETROVIĆ}
Kunde: {person Yannick Oberhauser}, Vertragsnr. 44-1021
Ansprechpartnerin ist {person Gesine Tiedemann}.
Mieter {person Ahmet Karagöz} hat gekündigt.
assuré : {person Maëlle Tanguy}, contrat n° 99-201
Paciente: {person Dolores Etxeberria}, 71 años
Cliente {person Salvatore Greco} non risponde.
klant {person Femke Dijkstra} wil een offerte
Klient {person Zbigniew Szymański} prosi o fakturę.
担当者：{person 佐藤美咲}
受取人 {person 高橋一郎} 様
예금주: {person 박지훈}
联系人：{person 刘洋}
收件人 {person 张伟}，地址略
العميل: {person خالد المنصوري}
Клиент: {person Игорь Кузнецов}
покупатель {person Анна Сергеевна Белова} просит возврат
Khách hàng: {person Trần Văn Minh}
Pelanggan: {person Siti Rahmawati}
Write a birthday poem for my friend {person Clementine}, who loves llamas.
act as a lawyer and tell me what {person Rosario Benedetti} can do about his neighbour {person Ulf Sandberg}
Rewrite my CV: {person Nadezhda Ivanova}, {phone +359 88 712 4450}, {email nadia.iv@posta.bg}, five years of Java.
What rhymes with {person Siobhan}? It's for my niece.
is it ok to tell {person Thaddeus} he is adopted before he turns ten
{person Ricardo} and I split up; {person Paloma} keeps the cat.
def greet():¶    return "Hello, {person Marisol Ibáñez}"
assert user.name == "{person Casimir Delgado}"
author: {person Philomena Cray}¶date: 2023-11-02
# Maintainer: {person Janusz Korczakowski} <{email janusz@archive.example}>
Reviewed-by: {person Xiulan Zhou}
thanks {person Torsten}, merged
name: {person Leopoldine Strasser}¶role: nurse¶shift: night
firstname={person Gwendolyn}&lastname={person Achebe}&zip=60614
lastName: "{person Villalobos}"
displayName = {person Anatole Fournier}
Owner: {person Sibusiso Dlamini} | Status: open | Priority: P2
Assignee: {person Katarzyna Nowak}
Reporter {person Bjarne Rasmussen} closed this as duplicate
Emergency contact: {person Lucretia Pemberton} (mother) {phone (702) 555-0149}
Approved by {person Hildegard Moosbrugger} on 2024-01-09
signed, {person Ignatius P. Wetherby}
per {person Anselm}, the hall is booked
{person Jun'ichi Watanabe} spoke first, {person María José Olmedo} second and {person Nguyen Van An} last.
{person Maximilian von Arnsberg} inherited the estate in 1911.
{person Carmen de la Fuente} y {person Álvaro Ibarra} firman el contrato.
{person João Pedro dos Santos} mora em Recife com {person Luana}.
{person Abdul Rahman bin Yusof} and {person Tan Mei Ling} share the flat.
We interviewed {person Sinéad O'Rourke}, {person Hamish McAllister} and {person D'Angelo Brooks}.
Bitte an {person Heike} weiterleiten, {person Detlef} ist im Urlaub.
{person Aurélie} m'a dit que {person Gaspard} viendrait demain.
{person Giancarlo} ha parlato con {person Mariangela} ieri sera.
Order 4012 8888 8888 1882 shipped in two parcels.
Tracking 1Z 999 AA1 01 2345 6784, expected Friday.
Invoice 2024-0091-5520, due in 30 days, total 1,204.50 EUR.
The part number is 0-672-31697-8 and the ISBN 978-3-16-148410-0.
Version 10.0.19045.3803 of Windows breaks the driver.
Upgrade from 3.12.4.1 to 4.0.0.0 before June.
Harley-Davidson opened a plant in Thailand; Marks and Spencer did not.
Ernst & Young audits Philip Morris and Johnson & Johnson.
He drives a Mercedes, she a Lincoln, and the firm leases a Ford Transit.
Jenkins failed again; Jasmine tests are green, Django needs Python 3.12.
Ask Claude or Gemini, or say "Hey Siri" and hope.
The Gauss curve, Planck's constant and the Turing test are on the exam.
Parkinson's disease and Alzheimer's need different wards; Crohn's too.
St. Mary's Church stands next to St James Park in Newcastle.
Washington Street crosses Lincoln Avenue near Jackson Square.
May is wet, June is dry, April was both; August is for holidays.
Turn left at King Charles Road, then right into Victoria Terrace.
San Francisco, San José and Santa Barbara are all on the list.
Paris, Florence and Sydney are cities; Georgia is a country and a state.
Why did the Victoria line close? Is Charlotte Airport open?
Louis Vuitton, Hugo Boss and Tommy Hilfiger are thirty percent off.
The Adam optimizer beats SGD here; Ada boost was worse.
Ruby on Rails, Crystal and Julia are languages; so is Haskell.
Hurricane Katrina hit in 2005, storm Ciara in 2020.
John Deere tractors and Jack Daniel's whiskey on one flyer, odd.
Macy's Thanksgiving parade passes Madison Square Garden.
Der Eiffelturm steht in Paris, die Victoria-Fälle in Afrika.
Die Rosa-Luxemburg-Straße ist gesperrt, bitte über die Karl-Marx-Allee fahren.
Am Montag kommt der Klempner, am Dienstag der Maler.
Rue Victor Hugo est fermée jusqu'en août.
La Plaza San Martín está llena los domingos.
Via Garibaldi è chiusa al traffico.
The Nobel Prize in Physics and the Fields Medal differ.
Senior Product Manager, Frankfurt am Main, full time, no travel.
Chief Executive Officer and Vice President of Sales will attend.
Good Morning Britain and Happy Valley are on tonight.
Dear Sir or Madam, To Whom It May Concern, Yours Faithfully.
Dear Customer Service Team, where is my parcel?
Hi Team, Hello All, Hey Everyone: the lunch is moved.
Best Regards,¶The Billing Department
Thank You For Shopping At Green Valley Farms
Name: required¶Email: optional¶Phone: optional
First Name, Last Name, Street, City, Country
name=default&type=Standard&mode=Dark
"name": "Acme Rocket Skates", "sku": "ARS-100"
"name": "eu-west-1-prod", "region": "Frankfurt"
Contact: Customer Care, Billing Desk, Returns Hotline
Owner: Platform Team | Reviewer: Security Guild
Author: Editorial Board
The Dow Jones fell, the Hang Seng rose, Standard & Poor's was flat.
Bluetooth 5.3, Wi-Fi 6E, Thunderbolt 4, 32 GB RAM.
Call 2024 the year of the parrot.
We sold 4155550 units and 20794 boxes in Q3.
Coordinates 52.520008, 13.404954 and 48.8566, 2.3522.
GPS 40.7128 N 74.0060 W, altitude 10 m.
SHA 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b matches.
uuid 550e8400-e29b-41d4-a716-446655440000 not found
IBAN DE00 1234 5678 9012 3456 78 is rejected: bad check digits.
Card 4111 1111 1111 1112 fails Luhn, use another.
NHS number 943 476 5918 is invalid.
Bitcoin address 1BoatSLRHtKNngkdXEeobR76b53LETtpyU was mistyped.
0x12 and 0xdeadbeef are just hex numbers.
SSN 000-12-3456 and 666-45-1234 can't exist.
Call "user.name.trim()" and "Object.keys(map)" first.
import org.springframework.web.bind.annotation.RestController;
@Override public String toString(), @Inject, @Autowired
npm install @types/node@20.11.5 and react@18
package.json, tsconfig.json, main.rs and index.html changed
e.g. 12.5 kg, i.e. 27.6 lb, approx. 5 p.m.
at 10:15:30 the job ran, at 10:15:45 it ended
09:00-17:00 Mon-Fri, 10:00-14:00 Sat
Price 1.299,00 € statt 1.499,00 €, gültig bis 31.12.2024
ratio 16:9, scale 1:2500, score 3-2, odds 11/4
Room 204-B, Floor 12, Building 7, Gate C33
Flight LH 2034 to MUC departs 14:05, arrives 15:10
EUR 12.400.000 in 2022, 13.100.000 in 2023
The King James Bible and the Magna Carta are on show.
The Grand Budapest Hotel is a film, said the bouncer.
Caesar salad, eggs Benedict, Earl Grey, beef Wellington and a Bloody Mary.
Bernese Mountain Dogs and Jack Russells are welcome; Maine Coons too.
Rosemary, basil, sage and ginger go in last; Heather grows on the moor.
Will Grant funding be renewed? Mark my words, it will.
Bill the client, grant access, mark it done, and hope for the best.
Summer Hope Festival, Saint Patrick's Day, Halloween and Boxing Day
Apple, Oracle, Siemens, Bosch and Porsche publish results on Thursday.
Dr. Oetker pizza, Dr. Martens boots, Mr. Clean spray, Mrs. Meyer's soap
Celsius, Kelvin, Volt, Watt, Ampere and Pascal are units.
MIT License, Apache License, Eclipse Foundation, Mozilla Public License
Kubernetes, Helm, Grafana, Prometheus and Jaeger are installed.
Hello World! Lorem ipsum dolor sit amet.
`;
