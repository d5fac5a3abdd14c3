/**
 * Sentences with their finds marked: `{type value}`; `¶` is a line break. Written before the rules were tuned. Its
 * misses were read once, while the rules for people were being widened; no rule was made for one of its lines, but it is
 * no blind figure any more. All people are invented; numbers have right check digits and were drawn by chance.
 */
export const PII_EXAM = `
Hi {person Sarah}, could you resend the contract to {email s.whitcombe@northfieldlegal.co.uk}? Thanks!
Please forward the invoice to {email accounts+october@brightwater.io} before Friday.
my email is {email jaymo_1993@hotmail.com} but i never check it lol
Kontakt: {email juergen.hoffmann@stadtwerke-musterau.de}, {phone +49 89 1234567}
Escríbeme a {email lucia.fdez@correo.ejemplo.es}.
From: {person Amara Okonkwo} <{email amara.okonkwo@lumen-health.org}>
The new domain works: {email info@müller-söhne.de} and {email kontakt@bücherei.example} both receive mail.
cc {email dev-team@build.internal.acme.dev}; {email r&d@labs.example}; {email o'brien@dublin.example}
Write to "{email press@galaxy.museum}".
Is {email FIRST.LAST@EXAMPLE.COM} the same mailbox as the lower case one?
user,{email tanya.k@mail.ru},active,2024-02-11
{email 用户@例子.广告} is a valid internationalised address.
メールは{email tanaka-y@example.co.jp}までお願いします。
mailto:{email billing@sub.domain.example.travel}?subject=Hello
Two of them ({email a.b-c@d-e.fr}, {email x1@y2.nl}) bounced.
Login failed for {email marie_curie_fan@proton.me}!
Her addresses are {email nk@nk.cz}/{email nina.kovacs@vu.hu}.
The icon is in assets/logo@2x.png and assets/logo@3x.webp.
Use @types/node@24.1.0 and lodash@4.17.21 in the lock file.
Ping me @jordan_dev on the forum, or meet @ 5pm.
Decorators such as @Injectable() and @app.route("/") need a compiler flag.
git clone git@github.com:acme/widgets.git
The price is 5 @ 2.50 each.
scp build.tar root@build-host:/srv
You can reach me at {phone (415) 555-2671} after lunch.
Call {phone 212-555-0147} or {phone 646.555.0198} for reservations.
My cell: {phone +1 303 555 0119}
text me {phone 9175550142} when u land
Office {phone +1-202-555-0173 ext. 204}, fax {phone +1-202-555-0174}
London office: {phone +44 20 7946 0958}
Ring me on {phone 07700 900123} tonight.
UK mobile {phone +44 7700 900456}, landline {phone 0161 496 0345}
Telefon: {phone 030 23125 148}
Rufen Sie uns an: {phone +49 (0)171 2345678}
Mein Handy ist {phone 0151 23456789}.
Tél. : {phone 01 99 00 12 34}
Appelez-moi au {phone 06 12 34 56 78} ce soir.
mon portable : {phone +33 6 39 98 12 45}
Llámame al {phone 612 34 56 78} o al {phone +34 912 345 678}.
Telefono: {phone +39 06 6982 1234}
WhatsApp {phone +55 11 91234-5678}
Celular: {phone (21) 99876-5432}
Call our Mumbai desk on {phone +91 98765 43210}.
mobile no. {phone 9876543210}
電話番号は{phone 03-1234-5678}です。
携帯:{phone 090-1234-5678}
Sydney: {phone +61 2 9876 5432}, mobile {phone 0412 345 678}
Dial {phone 0044 20 7946 0018} from abroad.
Contact {person Wei Ling Tan} at {phone +65 6123 4567}.
Seoul office, {phone +82 2-312-3456}
Mexico support line {phone +52 55 1234 5678}
Der Support ist unter {phone 0800 1234567} erreichbar.
Emergency contact {phone 416-555-0133} (mother)
her number is {phone 555-0134}
tel {phone 5550187}
Bel mij op {phone 06-12345678}.
Zadzwoń: {phone +48 601 234 567}
Nummer: {phone +46 70 123 45 67}
The hotline, {phone 1-800-555-0199}, is open 24/7.
Phone,{phone (312) 555-0188},Chicago
Order number 4155550132 was shipped yesterday.
Your tracking number is 9400110200881234567890.
Invoice 2024-000183 totals 1,284.50 USD.
Ticket #8842017731 has been closed.
The release on 2024-03-15 fixed 118 bugs.
ISBN 978-0-306-40615-7 is out of print.
ISBN-10: 0-306-40615-2
Timestamp 1718035200 equals a Monday.
Pi is roughly 3.14159265358979.
The population grew from 1 204 300 to 1 310 900.
Meeting 12/05/2024 10:30-11:45 in room 204.
Model WH-1000XM5, part number 27-4432-110.
ZIP codes 94107 and 10001-2345 are served.
Account no. 00123456789 is overdrawn.
We sold 4155552671 units, obviously a typo.
Between 1998-2005 and 2010-2015 nothing happened.
Coordinates: 48.8566, 2.3522
The UUID is 550e8400-e29b-41d4-a716-446655440000.
commit 9fceb02d0ae598e95dc970b74767f19372d61af8
sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
The job took 1234567 ms and 2048 MB.
Case 2023-CV-0019823 was dismissed.
SKU 8806-0912-44 is back in stock.
Flight LH 4512 leaves from gate B22 at 07:45.
His score was 21-19, 18-21, 21-17.
Add 250 g of flour, 125 ml of milk and 2 eggs.
Card: {card 4453331478932885}
I paid with {card 4040 7238 6255 1182} yesterday.
pls charge {card 5158-0699-8339-7625} exp 04/27 cvv 123
Amex {card 3490 072003 17167} was declined.
Amex without spaces: {card 377123431222004}
Discover {card 6011386996784911}, Diners {card 3616 477863 6441}
JCB {card 3530-0020-1183-1624}
UnionPay {card 6288646841412257}
older Visa {card 4487333113871}
cc_number={card 5560007056148972}&exp=1226
name,card,amount¶X,{card 2221071248107567},12.00
Kreditkarte {card 5325 0899 6141 5791}, gültig bis 11/28
Números: {card 4039989908091243} y {card 4007276816010624}.
Diners {card 30518553457867}
"card": "{card 5204942811086814}"
{card ４２７３８９５５７３３７９６９５} in full-width digits
The number 4453331478932886 fails its check.
9918633907196018 has no issuer's prefix.
Serial 1005774681385830 is on the back.
Parcel 4040 7238 6255 1189 is late.
Transfer to {iban DE77909228345408818357}.
IBAN: {iban GB46 ZYSH 1877 6697 1521 73}
Virement sur {iban FR76 4854 5755 3010 H70D 26D7 F34} merci
mi cuenta es {iban ES9753157997267622000205}
Bonifico a {iban IT85S4878146819E14BE535H893} entro lunedì
{iban NL32 ZMTJ 0244 7364 52} t.n.v. {person J. van den Berg}
{iban ch35 0872 00dc 6c43 93a9 6} (Zürich)
AT: {iban AT40 9738 4612 0189 0246}; BE: {iban BE90174923827159}
Konto {iban PL19836666033093661182895989}
{iban NO72 8224 7218 110}, {iban SE3764642837067664501340}
NIB {iban PT28891441763651046544044}, obrigado
iban={iban IE25MCGX07871560964382}
"{iban DE84-9306-7066-5941-0083-68}"
{iban FI66 4036 5785 6890 69} and {iban DK9466309011743554}.
AE {iban AE173782528559026266620} / SA {iban SA37983GJD46JH54C34G0B67}
Malta: {iban MT74NAXB97787F31J95F8013J5F3B92}
The IBAN DE77909228345408818358 was rejected.
GB12 ABCD 1234 5698 7654 32 is an invented account.
Error code DE12AB34CD56EF78 in module FR14.
My social is {ssn 536-22-8714}.
SSN {ssn 219 45 6683}
ssn: {ssn 401228876}
Social Security Number: {ssn 078-05-1120}
Applicant SSN={ssn 655-12-0981}; spouse {ssn 655-12-0982}
the last employee's social security no. was {ssn 512458830}
{ssn 123-45-6789} is what he typed in
W-2 for {person Denise Hargrove}, {ssn 447-90-1123}
soc sec {ssn 301-77-2345}
his SSN ({ssn 224 61 9087}) leaked
dob {birth 04/02/1981} aside, file {ssn 733-18-4402} is complete
SSN on file: {ssn 559-31-0077}.
000-12-3456 and 666-12-3456 cannot be real.
Nobody has 536-00-8714 or 536-22-0000.
Extension code 401228876 was entered twice.
Batch 12-345-6789 passed inspection.
ITIN {itin 912-78-4432}
Taxpayer id {itin 987-92-1234} (no SSN)
my itin is {itin 901-55-6712}
individual taxpayer {itin 945 83 2210}
Form W-7: {itin 999-88-1111}
ITIN={itin 922-50-3345}, pending
{itin 930-65-0098} was issued in 2019
itin {itin 958904417}
dependent's number: {itin 971-70-5566}
{itin 916-99-7023} or {itin 916-94-7023}
905-49-1234 is no valid ITIN.
982-66-1000 and 930-89-1212 are outside the ranges.
NHS number {nhs 908 932 1179}
nhs no: {nhs 7914467545}
Patient {person Gareth Llewellyn}, NHS {nhs 477-120-4101}
{nhs 457 618 7392} attended clinic on Tuesday
NHS Number: {nhs 647 865 1800}; GP notified
His NHS no. is {nhs 6222878393}.
referral for NHS {nhs 425 325 9405}
nhs_number,{nhs 9065521992}
The number {nhs 605 635 1556} was on the wristband.
NHS-Nr. {nhs 409 002 8507}
NHS ID {nhs 4726421476} duplicated
my nhs number's {nhs 447 820 7682} i think
NHS number 908 932 1178 has a wrong check digit.
Batch 7914467545 was recalled.
NINO {nino AB 12 34 56 C}
National Insurance number: {nino JG103759A}
ni no {nino sc 22 61 09 d}
my NI is {nino PX884512B}, start date Monday
{nino HT-41-92-03-A} on the P45
NI Number,{nino WK 55 08 17 C}
HMRC wrote to {nino LR660912D}.
nino={nino ea774455b}
{nino NH 90 12 34 B} and {nino CE123123A} are both on payroll
P60 shows {nino YM 34 91 88 A}
Product code BG123456A, QQ123456C and GB123456A are reserved.
Part AB123456E is obsolete.
Room AB12 is on floor 3.
The server is {ip 203.0.113.42}.
ssh into {ip 10.0.14.7} or {ip 192.168.1.1}
blocked {ip 198.51.100.0}/24 at the edge
[{ip 2001:db8:85a3::8a2e:370:7334}]:8443 refused the connection
loopback {ip ::1} and {ip 127.0.0.1}
{ip fe80::1ff:fe23:4567:890a}%eth0 is link-local
client={ip 172.16.254.1} method=GET
{ip 8.8.8.8}, {ip 1.1.1.1}
IPv6 {ip 2001:0db8:0000:0000:0000:ff00:0042:8329} is down
login from {ip 93.184.216.34}.
"remote_addr":"{ip 185.60.216.35}"
mapped {ip ::ffff:192.0.2.128} in the log
Upgrade to version 10.15.7.3 today.
Chrome/126.0.6478.127 on Windows NT 10.0
v2.4.1.0 breaks the API; see section 4.2.1.3
OID 1.3.6.1.4.1.311 is registered.
999.10.20.30 and 256.1.1.1 are not addresses.
std::vector<int> and a::b compile fine at 10:45:30.
Firmware 3.0.0.4 is stable.
MAC {mac 00:1A:2B:3C:4D:5E}
device {mac 3c-22-fb-a1-09-ee} joined the network
{mac f4:5c:89:ab:12:cd} -> {mac 08:00:27:53:8b:dd}
ether {mac a4:83:e7:00:10:2f} txqueuelen 1000
printer={mac 00-80-92-F1-0C-77};
DHCP lease for {mac 52:54:00:12:34:56}, 24h
{mac DE:AD:BE:EF:00:01}
bluetooth {mac 7C:2E:BD:44:90:12} paired
WLAN-Adresse: {mac 10-7b-44-8e-2d-f0}
arp: {mac b8:27:eb:9c:00:7a} is unknown
The ratio was 10:20:30 and later 01:02:03:04.
ff-00-aa is a colour of sorts, 12-34-56 a sort code.
See {url https://example.com/path?x=1&y=2#top}.
Docs ({url http://docs.example.org/a_(b)}) moved.
go to {url www.example.net/shop}, then log in
<{url https://intra.example/wiki}>
[link]({url https://sub.example.co.uk:8080/x/y.html})
{url HTTPS://EXAMPLE.COM/UPPER}!
open {url http://192.0.2.10:3000/health} in a browser
href="{url https://a.example/?q=%20x}"
詳しくは{url https://example.jp/help}をご覧ください。
{url https://münchen.example/straße}, {url http://localhost:8787/v1}
the link {url www.uni-musterstadt.de} is dead
Visit {url https://shop.example/p/12345}, please
Use and/or, not http as a noun.
The file is at src/index.ts:42.
Read www in the old days.
BTC {crypto 1AGjzxP8tJa38U9srP2u25j9cEonCGMpvc}
send to {crypto 3LDWzxWcmjRFDPLNfgAnwgscxjAcp4euMC} today
{crypto bc1qmvxjkayqxvc9dtqkp6tyymwucv38ml3eeqe86x}
cold wallet: {crypto bc1q84rsj6r5z56wmheud768nvmhy6crxxvfa8cr4fck4fqdfzzdca9s0xdwud}
taproot {crypto bc1p8mykn2xg7hwyevly2y89069daq7rkjqtdyfyvteku4efr84q736qenncjd}
ETH {crypto 0xd1bc5d6eb77ae55653e17a42c802a1392f28ace1}
bitcoin:{crypto 1JJpDtuk2bgKFWCRw36xsmDvJ3K51FFapB}?amount=0.1
wallets {crypto 3D5doYQMagXiLRfhi3UWXEiwNrA1rQyNGN}, {crypto 16omsJZm8gboWcyy3QByPuao9upbh1Cbsk}
BC1 upper: {crypto BC1QYK5E6J2QV02JGWSJZDYTEX3F88LX8XDX2YGZTR}
"to":"{crypto 0x75577a9ab390f50672d61a2f332f8f3e2fabc9d4}"
1AGjzxP8tJa38U9srP2u25j9cEonCGMpvd has a typo.
bc1qmvxjkayqxvc9dtqkp6tyymwucv38ml3eeqe86q is broken too.
tx 0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060
I was born on {birth 14 March 1987} in Leeds.
DOB: {birth 04/02/1981}
date of birth {birth 1990-11-30}
Geburtsdatum: {birth 03.07.1975}
Née le {birth 12 février 1968} à Lyon
Fecha de nacimiento: {birth 23/09/1999}
her birthday is {birth July 4th, 1992}
D.O.B. {birth 7-8-2001}
生年月日:{birth 1985年4月12日}
{person Tom Ashby}, born {birth Sept 9, 1955}, retired
birthdate={birth 2003/06/21}
nato il {birth 5 maggio 1970}
Data de nascimento: {birth 01/12/1988}
The meeting is on 14 March 2025.
Released 2024-11-30, patched 2024-12-02.
He was promoted on 04/02/2021.
Born to run is a song; it came out in August.
Deadline: July 4th, 2026
My name is {person Katarzyna Nowak} and I have a question about my bill.
Hello, this is {person Deshawn Whitaker} from apartment 4B.
I'm {person Olivia Brandt}, the new intern.
i am {person ravi} and i need help with my order
my name is {person lena} btw
Dear Mr. {person Henderson}, thank you for your letter.
Dear Ms. {person Abernathy}, your claim was approved.
Dr. {person Ngozi Eze} will see you now.
Prof. {person Hiroshi Yamamoto} teaches on Mondays.
Herr {person Schmidtbauer} wartet am Empfang.
Frau Dr. {person Annegret Vogel} hat angerufen.
Señora {person Beatriz Olmedo} solicita una devolución.
Monsieur {person Lefebvre} n'est pas disponible.
{person Fatima Al-Rashid} and {person John O'Connor} signed the lease.
{person Mary-Jane Robertson} lost her password again.
{person María José García López} vive en Sevilla.
{person João Pedro Carvalho} pediu o reembolso.
{person Giulia Marchetti} ha scritto ieri.
{person François Dubois} a appelé deux fois.
{person Jürgen Klöckner} bestellt zehn Stück.
{person Nguyễn Thị Hương} asked for a copy.
{person Zhang Wei} and {person Li Na} joined the call.
{person Kenji Watanabe} flies to Osaka on Thursday.
{person Priya Raghunathan} reported the outage first.
{person Oluwaseun Adeyemi} is on leave until May.
{person Ivan Petrov} paid, {person Svetlana Ivanova} did not.
{person Mehmet Yılmaz} opened the ticket.
{person Siobhan Gallagher}'s laptop was stolen.
We met {person Michael}'s parents in June.
Ask {person Emily} about the keys.
{person Robert J. Kowalski} countersigned.
{person J. K. Thornton} wrote the foreword.
Signed, {person A. Mensah}
Best regards,¶{person Charlotte Nyberg}
Thanks,¶{person Pete}
Cheers, {person Aisha}
Name: {person Rajesh Kumar}¶City: Pune
Name: {person Ólafur Jónsson}
Full name: {person Thandiwe Mokoena}
Customer: {person Bruno Esposito}
Patient name: {person Harold Finchley}
Attendees: {person Anna Lindqvist}, {person Omar Haddad}, {person Chen Yu}
Participants are {person Sofia Rossi}, {person Lars Eriksen} and {person Tomasz Zieliński}.
id,name,city¶1,{person Carlos Mendoza},Lima¶2,{person Ingrid Solberg},Bergen
{person Yuki} said she would be late.
hey its {person marcus johnson} can u reset my pw
spoke with {person jennifer lopez-martinez} yesterday, she's fine with it
{person mike} told me to write here
can you tell {person sarah connor} that the parcel arrived
talked to {person david} and {person lisa} about it
Forwarded by {person Benedikt Steinhauer} on Monday.
{person Dmitri Volkov}, 34, lives in Riga.
According to {person Helena Papadopoulos}, the audit is done.
The contract between {person Lucas Moreau} and Acme Inc. ends in May.
{person Abdul Rahman} approved the request.
{person Hassan Mahmoud} and {person Leila Farsi} own the shop.
The witness, {person Patricia Okafor}, left early.
Assigned to {person Tyrone Biggs}; reviewer {person Mei Chen}.
I spoke to Mrs. {person Dalloway-Pryce} at reception.
{person William} will be there, and {person Grace} too.
Could {person Mark Thompson} call me back?
{person April Summers} works in accounts.
{person Jack Sparrowhawk} ordered two.
{person Elif Demir} hanım aradı.
Mit freundlichen Grüßen¶{person Sabine Köhler}
Cordialement,¶{person Mathilde Girard}
Saludos, {person Javier}
Manager: {person Kwame Boateng} ({email k.boateng@example.org})
Speaker 1: {person Nadia Hussain}
@support my husband {person Kevin Doyle} has the same problem
My daughter {person Zoe} is allergic to nuts.
The account belongs to my wife, {person Rosalind Achterberg}.
{person Steven Wright} — Senior Engineer
To: {person Mirela Popescu}; Cc: {person Vlad Ionescu}
{person Ana} y {person Luis} llegan mañana.
{person Harpreet Singh Gill} drives the van.
{person Samuel L. Whitfield} Jr. inherited the house.
Lieutenant {person Ortega} filed the report.
In May we will march to the market.
Mark the date and will the team to win.
The Product Team shipped Visual Studio Code in April.
New York and San Francisco are expensive.
I am happy with the result and I am tired of waiting.
Ruby on Rails and Spring Boot are frameworks.
Please contact Customer Service at your earliest convenience.
Amazon Web Services raised its prices again.
The Great Gatsby is on the reading list.
Microsoft Teams crashed during the Board Meeting.
Santa Clara County and Los Angeles voted no.
Error: Connection Refused by Remote Host
Terms and Conditions apply; see Privacy Policy.
Black Friday deals start on Monday.
I'm sorry, I'm not sure what you mean.
Apple Pay and Google Wallet are accepted.
The Supreme Court ruled on Thursday.
Chief Executive Officer and Managing Director agreed.
Dear Customer, your Order Status has changed.
Dear Sir or Madam,
Hello World is the first program.
Best Regards from the Sales Department
My name is not important.
This is Important Information.
Python and Java are languages; Kotlin too.
The Eiffel Tower and Big Ben are landmarks.
United Airlines lost my bag at Heathrow Airport.
Ich bin müde und habe Hunger.
Die Rechnung ist am Montag fällig.
La reunión es el lunes en Madrid.
Le service client est fermé le dimanche.
Victoria Station is closed, take the Jubilee Line.
Johnson & Johnson and Goldman Sachs reported profits.
St. Patrick's Day is in March.
He got a Nobel Prize and an Academy Award.
I am Legend is a film.
this is urgent, i am locked out
Turn left on Lincoln Avenue.
The Dow Jones fell by 200 points.
Mercedes Benz and Rolls Royce make cars.
Monday Tuesday Wednesday
Total Amount Due: 120 EUR
Grant access to Data Analytics.
Will Call tickets are at the desk.
The Christian Science reading room is open.
Macbook Pro with Retina Display
To Whom It May Concern
SELECT Name, Price FROM Products
Machine Learning and Natural Language Processing
Hello {person Ｊｏｈｎ Ｓｍｉｔｈ}, your full-width name arrived.
`;
