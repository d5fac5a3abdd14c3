/** Sentences on which the rules were tried out while they were written; the exam has others. Marks as in `marked.ts`. */
export const PII_TUNING = `
Hello {person Tobias}, please send it to {email tobias.reuter@beispiel.de}.
My e-mail address is {email mia+news@sub.example.org}, thanks.
{email çağla@örnek.example} and {email ops_99@a-b.io}; nothing else.
npm install react@18.2.0 and image@2x.png
call {phone 503-555-0122} now
Phone: {phone +1 (617) 555-0160}
My number is {phone 020 7946 0321}.
Téléphone {phone 04 91 23 45 67}
Tel.: {phone 0221 4710-0}
{phone +34 600 12 34 56} o {phone +351 912 345 678}
You may ring {phone 01632 960 001}.
Fax {phone +41 44 668 18 00}
ph {phone 0298765432}
{phone 415.555.0199}, {phone (02) 9876 5432}
Order #1029384756 shipped; UPS 1Z999AA10123456784.
Reference 2024-11-0042, build 10.2.4112, 99.95 EUR
Ends 2025-01-31 18:00, starts 31.12.2024.
The epoch is 1700000000 and the id 8005551234567890.
Visa {card 4111 1111 1111 1111}
4111111111111112 is not valid.
IBAN {iban GB82 WEST 1234 5698 7654 32} and more text
Nr. {iban DE89370400440532013000}
SSN {ssn 123-45-6780}, ITIN {itin 900-70-1234}
NHS {nhs 943 476 5919}; call {phone 943 476 5919} maybe
NI {nino AB123456C}
{ip 192.0.2.1}, v1.2.3.4, {ip 2001:db8::1}
{mac 00:00:5E:00:53:AF}
{url https://example.org/a}. ok
{crypto 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2}
born on {birth 1 January 1980}
I'm {person Daniel} and this is my colleague {person Martina Huber}.
My name is {person Agnieszka Wójcik}.
Please call {person Robert Miller} tomorrow.
{person Alice} met {person Bob} in Paris.
The letter from Mrs {person Patterson} arrived.
Dear Prof. {person Steinbrück},
Hi {person Mark}, thanks for the update.
Kind regards,¶{person Linda Fraser}¶Head of Sales
Name: {person Emeka Obi}¶Phone: {phone 312-555-0111}
Customer name: {person Li Xiaoming}
{person Kim Ji-woo} and {person Park Seo-yeon} are here.
Ask {person Tran Van Minh} for help.
{person Sanjay Gupta}'s order is late.
hi im {person peter} from accounting
my name is {person anna schmidt} and i cant log in
i talked to {person maria gonzalez} about this
{person Peter van der Merwe} lives in Durban.
{person José Luis Rodríguez} firmó el contrato.
{person Élodie Lambert} travaille ici.
Sehr geehrter Herr {person Wagenknecht},
Sehr geehrte Frau {person Özdemir},
{person Ahmed Al-Farsi} is the owner.
{person Jean-Pierre Martin} a écrit.
{person Chinedu Okeke} said yes.
My wife {person Hannah} will pick it up.
{person D. Trevisan} and {person R.J. Holloway} signed.
Participants: {person Nora Weiss}, {person Igor Sokolov}, {person Bilal Khan}
From: {person Greta Holm} <{email greta@holm.example}>
{person Björn Sigurdsson} reviewed the change.
2,{person Fernanda Lima},São Paulo
{person Wojciech Szczęsny} called twice.
{person Tanaka}-san will join us.
{person 田中}さんに連絡してください。
我叫{person 张伟}。
Меня зовут {person Иван Петров}.
Mr. {person Bean} and Ms {person Frizzle} are characters.
Our CEO {person Xiomara Villaseñor} resigned.
{person Thulani Dlamini} wrote the report.
Best,¶{person Oyelaran}
{person JOHN SMITH} signed, {person MARIA LOPEZ} did too.
Please welcome {person Zsófia Farkas}.
Regarding {person Noah}'s request
{person Ella} and {person Meenal} went home.
Agent: {person Priyanka}, caller: {person Doug}
Thanks {person Vikram}!
I am {person Elena Petrova}.
I am {person oliver} and i ordered a lamp
Spoke to {person Hernán}, he agrees.
{person Smith, John}¶{person Garcia, Ana}
{person Mohammed bin Rashid} attended.
Dr {person Kavanagh} prescribed it.
yours sincerely, {person Edith Crane}
I am looking for a lamp.
I'm German and this is Sparta.
Visual Basic and Power Point are old.
The Hudson River and Mount Everest are far.
In April we go to Florence.
San Diego, Santa Monica and Los Gatos are in California.
The Jordan River is short; Lake Victoria is big.
Wells Fargo, Morgan Stanley and Procter & Gamble rose.
Google Maps, Apple Music and Adobe Photoshop need updates.
Will you mark the page? May I ask why?
Charlotte Airport is closed.
King Street and Queen Elizabeth Hall are near.
Dear Team, Dear Hiring Manager,
Hi there, hello everyone!
Thanks in advance. Thank You Very Much
Name: Blue Widget¶Price: 20
From: Sales Team¶To: All Employees
My name is on the list.
Kubernetes Pods and Docker Swarm crashed.
Grand Canyon National Park opens in June.
The Art of War is a book. Rob the bank, Bill!
Project Phoenix and Operation Overlord failed.
Monday Morning Meeting Notes
Bitte die Rechnung prüfen, Danke.
El Banco Central subió las tasas.
Société Générale a publié ses résultats.
Jenkins and Selenium run our tests.
Claude and Gemini are models.
Max Size: 20, Min Size: 10
Press Enter to Continue
Harvard Business School is in Boston.
Windows Server and Internet Explorer
The Academy of Sciences met Tuesday.
Mercedes and Bentley are cars, Lincoln too.
Due Date: Next Friday
General Electric and American Express
Air France and British Airways fly there.
Star Wars and Big Bang are franchises.
Contact Us, About Us, Sign In
Go to Settings, then Advanced Options.
The North Sea and South Korea
we're gonna grant you access, chase the bill and drew a picture
Good morning Dr. {person Okonjo}, the lab results are ready.
Please transfer the funds to {person Aurelio Bentivegna} at the branch.
The claimant, {person Gwendolyn Achebe-Stone}, was present.
Employee {person Takeshi Morimoto} (ID 44812) requested leave.
Interview with {person Saoirse Ní Bhriain}, Thursday 10:00
{person Wanjiku Njoroge} will chair the session.
CC: {person Malgorzata Kaczor}, {person Piet Hollander}
cust name - {person rebecca stone}, acct ending 4421
Passenger: {person Delacroix Martin}
Invoice to: {person Hugo Lindström}¶Storgatan 5
Regards {person Mo}
Mr and Mrs {person Abernethy} live upstairs.
Patient {person Lucille Beaumont} presented with chest pain.
The nurse, {person Ifeoma}, took his blood pressure.
@{person Bartosz} can you look into this?
{person Siddharth}, please review the PR.
Hey {person Zaid}, quick question
"{person Eleni Stavrou}" <{email e.stavrou@example.gr}>
Von: {person Klaus-Dieter Wehmeyer}¶An: {person Renate Pöhl}
Ich heiße {person Friederike Ostermann} und wohne in Ulm.
Je m'appelle {person Thibault Desrosiers}.
Me llamo {person Itziar Echeverría}.
Mi chiamo {person Ludovica Ferrante}.
Meu nome é {person Thaís Figueira}.
Mijn naam is {person Sjoerd de Wit}.
Nazywam się {person Grzegorz Brzęczyszczykiewicz}.
Benim adım {person Çiğdem Aksu}.
{person Rajeshwari} and her son {person Arjun} moved out.
the driver {person paul} never showed up
ask {person priya} or {person tom} for the code
this is {person jessica} from the front desk
{person Steve Jobs} founded Apple, {person Ada Lovelace} wrote programs.
{person Zoltán Kiss} nyert.
{person Nguyen Van An}'s application was approved.
Signed by {person Thembi Nkabinde} on Monday
The account manager is {person Orsolya Varga}.
He introduced me to {person Ingeborg}.
Sir {person Alistair} was there.
{person Carmen}'s and {person Diego}'s desks
Is {person Quentin Tremblay} available?
Yours, {person Beth}
Reported by: {person Kofi Asante}
The pub is named after {person Sean O'Malley}.
Beneficiary: {person Yevgenia Tkachenko}
{person Lim Wei Jie} sent 50 SGD.
{person Putri Wulandari} dan {person Budi Santoso} hadir.
{person Maria-Elena dos Santos} called
Approved by {person C. Fitzwilliam}
Please log in to Azure DevOps and open Pull Requests.
The Lake District and West Virginia are green.
New Jersey, North Dakota and Port Elizabeth
Meeting Room Berlin is booked, use Meeting Room Oslo.
Adobe Illustrator and Final Cut are installed.
Spring Framework and Angular Material
Bank of America and Deutsche Bank merged nothing.
From: Billing Department¶Subject: Late Payment
Contact: Technical Support
Dear Valued Customer, Dear Madam,
Regards, The Support Team
Thanks, Management
i am not sure, i am busy, im fine, its ok, this is great
Sony Xperia and Nokia Lumia are phones.
The Roman Empire and Ancient Greece
Amazon Prime Video, Disney Plus and Hulu
General Terms of Service, Cookie Policy
Section A. Introduction, Appendix B. Tables
United Nations and World Health Organization
Chapter One: The Beginning
Add Olive Oil and Sea Salt.
Main Street is closed, Park Avenue too.
Toyota Corolla, Honda Civic, Ford Focus
Premier League, Real Madrid, Bayern Munich
The Wall Street Journal reported it on Sunday.
Hi, this is {person Hannah Whitlock} from accounts, could you resend the May statement to {email hannah.whitlock@brookfieldpaper.co.uk}? Thanks.
Please call Mr. {person Delgado} back at {phone (212) 555-0147}, he is upset about the second charge.
Sehr geehrte Frau Dr. {person Hofstätter},¶vielen Dank für Ihre Anfrage vom 14. März. Sie erreichen mich unter {phone 089 / 4521 7788}.¶Mit freundlichen Grüßen¶{person Jörg Brinkmann}
Bonjour, je m'appelle {person Maëlle Fontanier} et je n'arrive plus à me connecter. Mon adresse est {email maelle.fontanier@orange.fr}, mon portable le {phone 06 48 22 91 37}.
Mi DNI está en el adjunto. Soy {person Iker Zabaleta Ruiz}, teléfono {phone +34 612 48 90 33}.
Buongiorno, sono {person Ludovica Marchesin}, vorrei disdire il contratto n. 88213. Potete chiamarmi al {phone +39 347 882 1904} dopo le 18.
Hoi {person Sanne}, kun je het geld overmaken naar {iban NL30 INGB 0518 4082 20}? Groetjes, {person Joost}
Dzień dobry, nazywam się {person Bożena Wyszyńska}, proszę o kontakt pod numerem {phone 601 448 217}.
My name is {person Raghunath Iyer}, PNR 4521889023 was cancelled, reach me on {phone +91 98450 11762}.
Oi, aqui é a {person Thaís Bittencourt}. Meu WhatsApp é {phone (11) 98745-3321}, pode mandar o boleto?
{person 佐々木美穂}です。請求書の件で、{phone 03-5412-8890}までお電話いただけますか。
你好，我是{person 陈思远}，手机号{phone 139 1234 8765}，请帮我改一下收货地址。
مرحبا، أنا {person ليلى الحسيني} ورقم جوالي {phone +966 55 310 4482}، لم تصلني الفاتورة.
Hej, mitt namn är {person Ebba Lindqvist} och jag nås på {phone 070-174 06 35}.
Merhaba, ben {person Gülşen Aydoğmuş}, bana {phone 0532 418 77 60} numarasından ulaşabilirsiniz.
Order #48213-A shipped on 2024-05-12 from warehouse 7, tracking 1Z999AA10123456784.
The card on file is {card 4539 2783 2711 6624}, exp 09/27, cvv withheld.
can u charge {card 4024409781923922} instead, the other one got stolen
My new Amex is {card 3785 880520 84785} and the billing zip is 60614.
Kreditkarte: {card 5412-1870-9236-1811}, gültig bis 11/26, Inhaber {person Ottokar Wiesinger}
payment_method=card;pan={card 5555270336806820};exp=0328;holder={person ANNELIESE KROGH}
La tarjeta {card 4716 2560 9800 2517} fue rechazada dos veces, ¿pueden revisar?
customer typed his discover number {card 6011615261514607} straight into the chat box, pls redact
JCBカード {card 3530-0386-4061-2712} で支払いましたが、エラーになりました。
Diners {card 3056 384715 1744} is not accepted at the Lyon branch, is it?
银联卡 {card 6225 1239 7847 8267} 被扣了两次款，请退款。
WARN  PaymentService - unmasked PAN in request body: {card 2223615113643573} (rule PCI-3.4)
"cardNumber": "{card 5186480312032583}", "expiryMonth": 7, "expiryYear": 2029, "brand": "mastercard"
test failed for {card 6441 6145 4451 3262} but passed for {card 3566 9641 1660 4403}, both with 3DS off
Carte bleue n° {card 4485 0401 3673 1751}, au nom de {person Théophile Garrigue}, expire le 08/28.
numer karty to {card 5301 8687 6940 7797} a kod blokady dostałam smsem
id,holder,pan,amount¶17,{person Winifred Okafor},{card 4929877544410229},129.90¶18,{person Casper Lindholm},{card 2720299954293653},15.00
Is {card 3745-794051-41699} a corporate card? Expense tool says unknown BIN.
Cartão {card 4111 8371 3580 1283}, parcelado em 3x, titular {person Joaquim Seabra}.
refund to {card 36222268764154} please - 14 digits, yes it's a Diners Club card
fn main() ¶    let pan = "{card 4917638952192061}"; // FIXME remove before commit
Bitte überweisen Sie den Betrag auf {iban DE15 3704 0044 8136 3027 54}, Verwendungszweck RE-2024-0918.
IBAN: {iban DE24500105179094880298}¶BIC: INGDDEFFXXX¶Kontoinhaber: {person Swantje Petersen}
Pay the deposit to {iban GB21 NWBK 2722 4984 9345 45} and quote ref LET-5521.
supplier bank changed to {iban GB68BARC07093256857091}, please verify by phone before paying
Voici mon RIB : {iban FR76 7172 7491 1454 6272 6338 053}. Merci de faire le virement avant le 5.
Prélèvement SEPA refusé, compte {iban FR7670559957424364419038757}, motif AM04.
Domicilia el recibo en {iban ES87 8130 6611 5154 9818 5921}, por favor.
cuenta: {iban ES4769561661842838674520} / titular: {person Nerea Goikoetxea} / importe: 84,20 €
Il mio IBAN è {iban IT26 L586 6786 9440 2363 8324 334}, intestato a {person Ruggero Tamburini}.
Bonifico su {iban IT63U2165756342221302564984} entro venerdì, causale "quota palestra".
Rekeningnummer {iban NL56RABO0442388499} t.n.v. {person Marijke van den Oever}
Przelew na konto {iban PL76 1823 0747 5961 6375 5223 5382}, tytuł: czynsz za luty.
nr konta: {iban PL03191517538390977604296840}
Återbetalning till {iban SE23 5000 0005 5458 6248 2666}, kontakta {person Torbjörn Ekdahl} vid frågor.
Maaş hesabım {iban TR78 0006 2029 3685 0628 3353 11}, değişikliği {person Serkan} Bey'e ilettim.
IBAN brasileiro: {iban BR1164193991976202174473012C1}
Meine Schweizer Verbindung lautet {iban CH24 0076 2853 6258 9526 0}, Postleitzahl 8004.
debtor_iban={iban AT681200080065811893} amount=310.55 ccy=EUR e2e=NOTPROVIDED
Betaling ontvangen van {iban BE52 1457 1532 1509}, mededeling +++090/9337/55493+++
Send the grant to our Lisbon account {iban PT50 1353 5380 6279 9104 3745 3} in two tranches.
Kontonummer i utlandet: {iban NO0715351653407}. Hilsen {person Ragnhild}
Maksu tilille {iban FI47 1339 9029 2157 05} viimeistään 30.6., terveisin {person Aino Kettunen}.
IE payroll: {iban IE84AIBK93980431519079}, start date 1 September.
UAE vendor IBAN {iban AE85 0337 6742 6362 3915 443}; trade licence CN-1182233.
Applicant's SSN is {ssn 412-68-9073}, DOB withheld, state TX.
W-2 mismatch: employee {person Darnell Prewitt}, SSN {ssn 533-27-4418}, box 1 wages 48,210.77
he wrote his social as {ssn 287 54 6190} on the form, is that ok with spaces?
"ssn": "{ssn 619-03-7752}", "filing_status": "MFJ", "dependents": 2
last caller verified with social security number {ssn 148-92-3306} and mother's maiden name
SSN: {ssn 224816639}¶Employer: Tri-County Lumber¶Start: 03/04/2019
Background check for {person Shawna Trujillo} (SSN {ssn 601-47-2285}) came back clear.
I think my identity was stolen, someone opened a loan with {ssn 355-71-0948}.
emp_id,last,first,ssn¶1009,{person Vandermeer},{person Colette},{ssn 471-08-6623}¶1010,{person Oyelaran},{person Tunde},{ssn 508-33-9147}
Form 1099-NEC recipient TIN {ssn 039-60-5581}, amount 7,400.00
Social: {ssn 742-19-8036}. Do you need the card itself or is the number enough?
grep found one hit in dump.sql line 20441: INSERT INTO staff VALUES (77, '{person Marguerite}', '{person Lachance}', '{ssn 266-85-1170}');
Spouse's social security no. {ssn 190-44-7328}, mine is {ssn 190-62-5514}
My ITIN is {itin 912-78-4456}, I don't have a social.
IRS letter CP565 assigned {itin 945-71-2093} to {person Xóchitl Barragán}.
The W-7 came back approved: {itin 987-65-4301}
"itin": "{itin 923-88-1174}", "country": "MX", "visa": null
Taxpayer ID (ITIN) {itin 900 70 3382} renewed through 2027.
please update my ITIN from {itin 934-55-6120} to the right one, {itin 934-75-6120}
I file with an individual taxpayer number, {itin 961-94-2807}, and my wife {person Ngozi} has an SSN, {ssn 317-59-8842}.
itin={itin 978529914} year=2023 form=1040NR
Mortgage application, ITIN loan program, borrower {person Wei-Lun Tsai}, ITIN {itin 955-82-4031}.
Expired ITINs on the list: {itin 911-72-5508}; {itin 918-90-6644}
ITIN del contribuyente: {itin 949-99-1023}, periodo 2022, declarante {person Evaristo Quiñones}
For dependents without SSN use the ITIN ({itin 930-86-7719}) on Schedule 8812.
NI number {nino AB 12 34 56 C} was rejected by payroll, can HR confirm with {person Imogen Starling}?
My national insurance no is {nino JG482913A}.
P45 received: {nino PW 77 20 41 B}, leaving date 31/07/2024, tax code 1257L
nino,forename,surname¶{nino CE553108D},{person Alistair},{person Pennington}¶{nino HS019446A},{person Bronwen},{person Cadwallader}
"nationalInsuranceNumber": "{nino SR 90 34 17 C}", "contractType": "zero-hours"
Universal Credit claimant {nino YZ-66-83-02-D} says payment of £393.45 never arrived.
what's a NINO? is it this: {nino LM 41 75 90 B} ?
Starter checklist for {person Oluwaseun Adebayo-Finch}, NI {nino TK 30 98 55 A}, statement B ticked.
HMRC ref 120/AB456; employee NI {nino ER267184C}; period 6
ni no: {nino WL584039B} / student loan plan 2 / start 02.10.23
Old payslip shows {nino ZX 22 71 06 D} while the new one shows {nino ZX 22 17 06 D}, which one is right?
Pension transfer for NI number {nino BH635520A} pending since April.
NHS number {nhs 778 823 1134}, referred to cardiology on 3 Feb.
Patient {person Gethin Prosser}, NHS No: {nhs 407 216 3783}, allergic to penicillin.
nhs_number={nhs 9924046110} status=verified pds=ok
Please merge duplicate records {nhs 631 192 6733} and {nhs 659 912 1950}.
discharge summary¶NHS: {nhs 716-184-4223}¶Consultant: Dr {person Anjali Deshmukh}¶Ward: 4B
my daughter's NHS number is {nhs 738 871 1589}, she needs her MMR booster
"nhsNumber": "{nhs 4391673398}", "gpPractice": "Y02534", "status": "active"
Baby {person Teddy Marlowe}, NHS {nhs 480 869 4034}, weight 3.42 kg
The lab can't find sample 22-118834 for NHS no. {nhs 440 243 9701}.
row 3: {nhs 716 314 5152} | {person Philippa Crane} | flu jab | declined
row 4: {nhs 7143080683} | {person Kwabena Mensah-Boyd} | flu jab | given
NHS number: {nhs 762 515 4785}. Next of kin {person Rosalind}, phone {phone 01632 960 418}.
spine lookup for nhs {nhs 9898972998} timed out after 30 s
Vaccination letter returned, NHS no {nhs 439 648 9463}, moved to Cardiff
Repeat prescription, NHS {nhs 480 105 1510}, collect from Boots Hove.
Please book an MRI for NHS number {nhs 438-375-0168}, claustrophobic, needs sedation.
NHS No. {nhs 404 576 8262} - DNA'd twice, discharge back to GP Dr {person Fairweather}
Send my withdrawal to {crypto 1HA6jiDeMZszAGFkGmCQfMsuLWQpXB36uh} today please.
donation address (BTC): {crypto 1GQy7Jv9gpSjRHbkLo9g67upVmmuVU72Vo}
Scammer told my mother to pay 0.4 BTC to {crypto 12h2cgCqZFRQAb6VrpLNpggmsiMpp8wPoC}, can it be reversed?
multisig wallet {crypto 3NdVP6BTSFnkjqmvSHUxTN5AMap7kn3aAu} holds the treasury, signers are {person Mirko} and {person Anneke}
from={crypto 3Lo8CgUMRfBbfEo6abSRcKiWmCSpFFj8rU} to={crypto 3LgosT2EtRzGseBWEjtePw68jwjEhUeqTh} fee=1200sat
New deposit address: {crypto bc1qc5lszejswv7yk7n4vnurdlzteyshkc5ajdvquz}
segwit only pls -> {crypto bc1q8tef4kazra7qnd0ewsuy8tjkdk06vwfu6aerqf}
The ransom note lists {crypto bc1q2pec79yxmq5wq0xpja4303jk7tyd6rq9py4xr5} and a 72 hour timer.
Lightning channel closed to {crypto bc1qdw9sdpz8d2rj9gwnd9lh2s568k0uu949s0nmfjl05ejm8a2ka0ksjxk5zz}.
taproot: {crypto bc1p66csyavmw39emmmm8508w3e3dwwg35x0z67j3f0tsvakejqusjjq8keg7f} works in Sparrow but not in the old app
"payout_address": "{crypto bc1pcmj5pf7mmu0xuvepfwd89rs379txnu73ydfwwvh9ut2vapztzw7s2p7u9y}", "network": "mainnet"
ETH wallet of {person Valentín Rocamora}: {crypto 0x8807B2C9a01ae592efa75165d5D224BA588462Ec}
transfer(address={crypto 0x4fEB53BBdF0E25ac2Cd0585B2742f6726c577Ba9}, value=1500000000000000000)
Bitte die USDC an {crypto 0xb6c779DB06911D15E6f616703A3676d1151b829E} schicken, Netz: Arbitrum.
allowlist:¶- {crypto 0xA5EDDdCFbE133EfB206aD03C9f35D83574F777CB}¶- {crypto 0xD549080B99d43122ac95446F0f625d4Dce5cC300}
airdrop missed for {crypto 0xa714775ecfef06c21fe301fca09e5c12e05697ad} (lowercase in our csv)
const OWNER = "{crypto 0xAF0c41C57a782D9e4fbfc1b35B5b60DB8f5075cC}"; // deployer key rotated
Which visa do I need for Japan if I stay 91 days?
Ticket INC0048821: printer on floor 3 jams, model LaserJet 4250, serial CNBXD12345.
From: {person Priyanka Raghavan} <{email priyanka.r@lotusfreight.in}>¶To: {email ops-desk@lotusfreight.in}¶Subject: Container stuck at Nhava Sheva¶¶Team, any update?
Co-authored-by: {person Tomasz Wrona} <{email twrona@kodownia.pl}>
Author: {person Ingeborg Salvesen} <{email ingeborg+git@salvesen.no}>¶Date:   Tue Mar 5 11:02:44 2024 +0100¶¶    fix flaky retry test
cc {email billing@acme-widgets.com} and {email j.mcallister@acme-widgets.com} on the reply
Contact: {email KUNDENSERVICE@STADTWERKE-MUSTERHAUSEN.DE}
pls remove {email xx_shadow.fox_99@hotmail.com} from the newsletter!!!
My email changed from {email d.obrien@eircom.net} to {email dob.finance+tax2024@gmail.com}.
mailto:{email support@fjordkraft-demo.no}
Reply-To: "{person Quentin Barbier}" <{email q.barbier@cabinet-barbier.fr}>
ldap bind failed for user {email svc.backup@corp.zenlogic.io}, code 49
メールは{email tanaka.h@sakura-denki.co.jp}宛にお願いします。担当：{person 田中宏}
请发送到{email liuyang_1988@163.com}，谢谢！{person 刘洋}
escríbeme a {email marisol.echeverria@uni-cordoba.edu.ar} o llámame al {phone +54 9 351 612-4487}
E-Mail an {email müller.anna@bücher-ecke.de} kam als unzustellbar zurück.
user_email,plan,seats¶{email teo.ramsey@northquill.com},pro,4¶{email finance@northquill.com},pro,1¶{email kiri@tuatara.nz},free,1
INFO  2024-06-02T09:14:55Z login ok user={email a.nowicka@urzad.gov.pl} ip={ip 83.21.147.90} mfa=totp
550 5.1.1 <{email nobody.here@mailhaven.org}>: Recipient address rejected: User unknown in virtual mailbox table
assert send_mail("{email first.last@sub.domain.museum}") is True
Please add {email o'hara.siobhan@kilkennycrafts.ie} to the shared calendar.
git config user.email "{email 48213377+pixelmoth@users.noreply.github.com}"
You can write me at {email m.keller [at] posteo.de}, no spam please.
Abmeldung: {email abo-ende@zeitlupe-magazin.at}; Fragen: {email leserbriefe@zeitlupe-magazin.at}
Slack invite went to {email r2d@robots.dev}, not to {email rita.dvorak@robots.dev}. Can you fix it?
PGP key for {email security@harbourlight.se} expires in 12 days
"contact": ["{email yusuf.demir@anadolukargo.com.tr}", "{email destek@anadolukargo.com.tr}"]
The invite for {email 7even@qq.com} bounced twice.
Nowy adres: {email malgorzata.zielonka@poczta.onet.pl}, stary usuńcie proszę.
smtp auth user={email relay-01@mx.blauwalt.de} mechanism=PLAIN tls=1.3
E-postam {email asli_kocaman@yandex.com.tr}, şifremi unuttum.
Summarise this thread:¶> On 12 May, {person Lorcan} wrote:¶> the vendor ({email sales@pumpworks.com}) wants 50% upfront.¶ok with me - {person Beatrix}
{email info@trattoria-dalnonno.it} non risponde, avete un altro contatto?
Användaren {email karin.soderstrom@lund.example.se} kan inte öppna delade mappar.
Escalate to {email on-call@pager.stackharbor.net} if p95 > 800 ms
Dev:{person Nikhil Bhandari};Mail:{email nikhil_b@codetree.co.in};Team:Search
Account recovery asked for {email gran.dot.com@gmail.com}, is this a real address?
Para: {email rh@construtoraaurora.com.br}¶Assunto: Férias¶¶Prezados, sou a {person Jussara Peixoto}, matrícula 33821.
CALL ME NOW {phone 518-555-0144}!!!
Tel.: {phone +49 30 901820-47}, Fax: {phone +49 30 901820-99}
Mobil {phone 0171/2239488}, privat {phone 04101-55 62 10}
office {phone +44 20 7946 0812}, mobile {phone 07700 900 143}
Ring reception on {phone 0161 496 0227} or text {phone +447911 204 863}.
Tél : {phone 01.44.87.60.15} (secrétariat de Me {person Castelnau})
Mon numéro au bureau : {phone +33 (0)4 72 10 38 66}
fijo {phone 91 417 22 08}, móvil {phone 655 308 917}
Chiama lo studio del dott. {person Bonfiglioli}: {phone 051 648 2217}
Bel me op {phone 06-41872290} of op kantoor {phone +31 20 573 1184}
telefon domowy {phone 22 815 40 96}, komórka {phone +48 512 903 774}
Landline {phone 080-2658 4410}, cell {phone 9886043217} - call after 7pm IST
telefone fixo {phone +55 21 3876-4402}; celular {phone 21 99713-8846}
携帯は{phone 090-8831-4027}、自宅は{phone +81 3-6721-9954}です。
座机{phone 010-8265 4410}，传真{phone 010-8265 4411}，联系人{person 赵敏华}
هاتف المكتب {phone +971 4 388 2176} والجوال {phone ٠٥٠ ٣٨٨ ٢١٧٦}
växel {phone 08-555 210 90}, direkt {phone +46 8 555 210 94}
Dahili 214, santral {phone (0212) 368 44 10}
celular {phone +54 11 4786-2039}, preguntar por {person Facundo}
my cell is {phone 646.555.0193} and my husband's is {phone 1-646-555-0118}
Toll free: {phone 1-800-555-0199}
"phone": "{phone +14155550122}", "verified": true, "carrier": "unknown"
tel:{phone +4989123456780}
SMS delivery failed to {phone +905334128876}: error 30006
caller id {phone 3125550164} duration 00:04:31 queue=billing-en
{phone (503) 555-0172 ext. 31} is {person Gwendolyn}'s desk line
Whatsapp {phone +52 55 4183 9027} para {person Rigoberto}
Viber: {phone +380 67 412 88 05}, Signal the same
Пишите на {phone +7 916 482-33-07}, {person Антонина Белякова}
{phone 02-3471-8820}으로 전화 주세요. 담당자 {person 한서윤}
Emergency contact: {person Lindiwe Khumalo}, {phone +27 82 514 9903}
Notruf daheim: Oma {person Trude} {phone 07621 48833}
NZ office {phone +64 9 887 4410}, AU office {phone +61 2 9374 5518}
{phone 0041 44 633 28 19} ist die Nummer der Hausverwaltung in Zürich
ruf {person Kevin} an: {phone 0660 7123498}
to: whatsapp:{phone +5511976540832} sid: SM88ab
INSERT INTO contacts(phone) VALUES ('{phone +32 2 741 88 30}'), ('{phone +351 912 448 307}');
FAX COVER¶To: Dr. {person Whitcombe}¶Fax: {phone 617-555-0138}¶Pages: 4
lead,{person Sibusiso},{phone +27 11 783 4402},hot¶lead,{person Noor},{phone +31 6 2281 4470},cold
お問い合わせ：{phone ０３－６２８１－４４７０}（平日9時〜17時）
server at {ip 203.0.113.77} dropped 14% packets between 02:10 and 02:25 UTC
Failed password for root from {ip 198.51.100.23} port 51022 ssh2
peer [{ip 2001:db8:85a3::8a2e:370:7334}]:6881 timed out
{ip 91.198.174.2} - - [10/Oct/2023:13:55:36 +0000] "GET /index.html HTTP/1.1" 200 2326
allow from {ip 172.16.4.19}; deny all;
DNS A record now points at {ip 185.47.12.201}, AAAA at {ip 2a02:8108:50c0:3f::1b}
ping: reply from {ip fe80::1c2a:77ff:fe10:9b3e}%eth0
x-forwarded-for: {ip 84.115.208.33}, {ip 10.20.0.6}
"client_ip": "{ip 177.54.148.9}", "asn": 28573, "country": "BR"
blocked {ip 45.155.205.233}:4444 -> {ip 192.168.178.44}:22 (rule 1007)
Meine Fritzbox zeigt als öffentliche Adresse {ip 93.229.61.140}, ist das normal?
traceroute hop 7: {ip 62.115.123.86}  18.4 ms  18.1 ms  19.0 ms
bgp neighbor {ip 2620:fe::fe} state Established uptime 3w2d
DHCPACK on {ip 192.168.1.117} to {mac 3c:22:fb:9a:01:7e} (iPhone) via br0
arp: {ip 10.0.8.14} is at {mac 00-1B-63-84-45-E6}
wifi client {mac F4:5C:89:B2:1D:07} deauthenticated, reason 8
switch port Gi1/0/14 learned {mac 0050.56be.3a91} vlan 20
Die MAC-Adresse des Druckers ist {mac 9C:93:4E:5F:22:A8}, bitte freischalten.
ether {mac a4:83:e7:2c:90:1f}  txqueuelen 1000  (Ethernet)
"bssid": "{mac d8:0d:17:aa:4e:31}", "rssi": -61, "channel": 36
Adresse MAC refusée : {mac 70-85-C2-5A-F3-19} (filtre actif)
Block these two kids' tablets: {mac 44:D9:E7:01:BC:5D} and {mac 44:D9:E7:01:BC:60}
Wake on LAN to {mac 18:C0:4D:33:8E:F2} does nothing
hostname,mac,owner¶lt-0441,{mac e0:d5:5e:77:1a:c4},{person Radka Novotná}¶lt-0442,{mac 7c:10:c9:4b:e6:2d},{person Emeka Obi}
bluetooth headset {mac 00:1A:7D:DA:71:13} pairs, then drops after 2 min
See {url https://docs.quillbase.io/guides/retry?lang=en#backoff} for the retry settings.
our staging site is {url http://staging.fernwood-clinic.co.uk/login} (basic auth)
check {url www.blumen-krause.de} they deliver on sundays
[status page]({url https://status.harbourlight.se/incidents/8841}) says all green
curl -s {url https://api.tidepool-demo.com/v2/users/5512/orders?limit=50} | jq .
<a href="{url https://shop.lumenart.fr/panier?id=9f2c}">Votre panier</a>
Unsubscribe: {url https://news.casabella.it/unsub?mail=gianna.rossetti%40libero.it&t=77ab}
Repo is at {url https://github.com/moorhen-labs/ferry/pull/318}, please review before Thursday.
DATABASE_URL={url postgres://ferry:hunter2@db.internal:5432/ferry_prod}
Video: {url https://youtu.be/a8Kx0pQz41M}. Ab Minute 3 wird es interessant.
Fotos vom Fest liegen auf {url https://cloud.familie-petersen.net/s/Xa9Kk2}, Passwort kennt {person Swantje}.
{url http://192.0.2.44:8080/admin} still has the default password
ftp upload: {url ftp://files.geodata.example.org/pub/dem/tile_44.zip}
予約はこちら {url https://yoyaku.hotel-kaede.jp/plan/221} からお願いします。
详情见{url https://www.xinhe-tech.cn/help/faq.html}。
regulamin: {url https://sklep.zielonka.pl/regulamin}; reklamacje: {url https://sklep.zielonka.pl/zwroty}
The form ({url https://forms.gle/Qw8LmP2x}) closes Friday.
wss endpoint {url wss://stream.quotehub.io/v1?sym=EURUSD} drops every 60 s
Randevu için {url https://randevu.dishekimi.com.tr/giris} adresini kullanın
"avatar_url": "{url https://cdn.pixelmoth.dev/u/48213/avatar.png}", "bio": null
Mein Profil: {url https://www.linkedin.com/in/ottokar-wiesinger-77b1} - gerne vernetzen
image: registry pull failed, GET {url https://registry.stackharbor.net/v2/ferry/manifests/1.8.2}: 401
fetch("{url https://api.openmeteo.test/forecast?lat=52.52&lon=13.41}").then(r => r.json())
Boleto: {url https://pagamentos.auroraconstrutora.com.br/b/00193373700}
Enlace de la reunión: {url https://meet.google.com/kqz-wvbn-rty}, invita {person Amparo}
he shared {url bit.ly/3xKq9Zt} in the group and now my account posts spam
Summarize {url https://en.wikipedia.org/wiki/Luhn_algorithm} in two sentences.
magnet and torrents are off limits, use {url https://mirror.uni-tilsit.example/iso/} instead
{person Cordelia} will join at ten, {person Bram} can't make it.
Ask {person Siddharth} whether {person Meenakshi} signed the NDA.
I met Prof. {person Aurelio Pacheco} at the conference in Porto.
Patientin {person Roswitha Engelbrecht}, geb. {birth 12.04.1951}, klagt über Schwindel.
Le dossier de M. {person Bastien Roquefeuil} et de Mme {person Solène Roquefeuil} est incomplet.
La señora {person Encarnación Villaverde} llamó ayer por la póliza.
La sig.ra {person Pasqualina Ferrigno} chiede un rimborso di 45 euro.
{person Pieter-Jan de Wolf} heeft de sleutel, vraag het aan hem.
Rozmawiałam z panem {person Zbigniewem Kurkowskim} w sprawie dachu.
{person Venkatesh Subramanian} approved the PO, {person Farhana Qureshi} will dispatch it.
A {person Rosângela} e o {person Edivaldo Nunes} ficaram de mandar as notas.
担当の{person 小野寺拓也}が不在のため、{person 村上}が対応いたします。
{person 李文博}经理和{person 孙丽}明天去上海出差。
اجتمعت مع الدكتور {person سامر القباني} في دبي أمس.
{person Åsa Bergström} är föräldraledig till augusti, {person Måns} vikarierar.
{person Kağan Yıldırım} ile {person Zeynep} arasındaki yazışmayı özetle.
Write a birthday poem for my grandma {person Mildred}, she turns 90.
Draft a reference letter for {person Desmond Achterberg}, who worked as our line cook for 3 years.
minutes: present {person Helga Thorsen}, {person Ifeanyi Eze}, {person Pilar Montesinos}; apologies {person Ruairí Keane}
Dear {person Clementine},¶sorry for the late reply. The lease is ready to sign.¶Kind regards,¶{person Barnaby Tuttle}¶Lettings Manager
assigned to @ops, reported by {person Magnus Oyen}, reviewer {person Katya Morozova}
"firstName": "{person Lucinda}", "lastName": "{person Abernathy}", "role": "admin", "active": true
"patient": "{person Wiktoria Sadowska}", "dob": "{birth 1988-02-29}", "ward": "C2"
emp;name;dept¶11;{person Gunnar Østby};Sales¶12;{person Chiara Belluomo};Legal¶13;{person Mehmet Altınok};IT
{person Hollis} (they/them) is the new scrum master, {person Juniper} moves to QA
Witness statement of {person Cornelius P. Hathersage}, taken 4 June at Leeds Crown Court.
My son {person Augustin} is 7 and my daughter {person Noémie} is 4, any museum tips for Lyon?
The landlord, Herr {person von Treskow}, refuses to fix the heating.
Sir {person Peregrine Ashdown} donated the painting in 1911.
Ticket from {person LeShawn}: VPN won't connect since the update to 5.2.
@Override¶// TODO({person Grzegorz}): handle null¶public void close() throws IOException
translate to English: "Ich heiße {person Dietlinde} und wohne in Kassel."
user: my boss {person Rajesh Kulkarni} is ignoring me¶assistant: That sounds hard. Have you talked to {person Rajesh} directly?
The bride, {person Saoirse Mulcahy}, and the groom, {person Takumi Hayashida}, thank you all.
Kunde: {person Schäfer, Annegret}; Kd-Nr. 440012; Vertrag seit 2011
Ms {person Oyinkansola Bakare} vs. Mr {person Terence Gill}, hearing on 9 October
{person Chukwuma}'s laptop is still at the Berlin office.
{person Đặng Thu Hà} đã gửi báo cáo hôm qua.
Согласовано: {person Игорь Лаптев}, начальник отдела закупок
From the desk of {person Fitzgerald O'Dowd}, Chief Happiness Officer
new hires: {person Yara Haddad} (Beirut), {person Matteo Sgarbi} (Turin), {person Linnea Forsberg} (Umeå)
{person Eun-ji Bae} and {person Minh Trí Võ} share the on-call shift this week
--¶{person Tatjana Vuković}¶Senior Analyst | Adria Re d.o.o.¶M {phone +385 91 448 2207} | {email tvukovic@adria-re.hr}¶{url https://www.adria-re.hr}
--¶Dr. {person Konrad Leitgeb}¶Rechtsanwalt¶Tel {phone +43 1 512 88 40} · Fax {phone +43 1 512 88 41}¶{email kanzlei@leitgeb-recht.at}
--¶{person Marcus T. Bellweather}¶VP Sales, Quarry & Finch LLC¶O: {phone (404) 555-0186}  C: {phone (404) 555-0129}¶{email mbellweather@quarryfinch.com}
--¶{person Agnieszka Pawlik}¶Specjalista ds. kadr¶tel. {phone +48 22 551 30 74}¶{email a.pawlik@kadrowo.pl}
--¶{person Renan Falcão}¶Engenheiro Civil¶{phone +55 31 98822-4107}¶{email renan@falcaoeng.com.br} | {url www.falcaoeng.com.br}
--¶{person 藤井健太}¶営業部 課長¶TEL {phone 06-6344-2218}¶{email k.fujii@hoshizora.co.jp}
{person Elspeth Drummond}, {email elspeth@drummondknits.scot}, {phone 0131 496 0755}, IBAN for refunds {iban DK60 0040 6752 0832 82}
agent> tool_result: name={person Octavio Larrañaga}; mail={email olarranaga@correo.com.uy}; last_ip={ip 179.27.64.12}; tier=gold
customer {person Fenella Grieve} paid with {card 5254 4660 5739 6793} from {ip 81.2.69.160}, flagged by fraud score 91
Extract all fields: "{person Halvard Moe}, {phone +47 22 84 71 30}, {email halvard.moe@nordlys.no}, invoice 20931, NOK 4 500"
KYC pack: {person Thandiwe Mokoena}, passport A0441822, address 14 Loop Street Cape Town, mobile {phone 082 447 1935}
Litecoin refund goes to {crypto LfWRS5wULMcP4aeZPcCQyYTfbCdDoVcB6h}, confirm with {email desk@coinquay.com}
Mandat: {person Lieselotte Grabowski}, {iban DE60 1000 0000 3816 3753 87}, Einzug zum 1. des Monats
chat export¶[09:14] {person Mireille}: t'as son numéro ?¶[09:15] {person Anselme}: oui c'est le {phone 07 81 44 20 95}¶[09:15] {person Mireille}: merci
[2024-02-11 18:22] <Support> Hello! How can I help?¶[2024-02-11 18:23] <Guest> I'm {person Zsófia Bartók}, my parcel is lost, mail me at {email zsofi.b@freemail.hu}
user_id=8812 action=password_reset mail={email peggy.lindstrom@outlook.com} ip={ip 2a01:4f8:c0c:9a1::2} ua="Mozilla/5.0"
ERROR [worker-3] could not notify {email h.takeda@minatobank.example.jp}: timeout after 30000ms
Router log: {mac 5c:e9:1e:0b:44:d3} got {ip 192.168.0.23}, lease 86400 s, name "Galaxy-S21"
Please forward to {person Ulrike} in HR: new employee {person Bogdan Ciobanu}, start 1.10., Tel. {phone 0151 2204 8873}
Our dentist Dr. {person Mbeki-Larsson} moved, the new page is {url https://tandvard-solsidan.se/kontakt}
{person Ananya} - {phone +91-80-4112-7730} - {email ananya.menon@kaveritech.in} - Bengaluru - notice period 60 days
I need a cover letter. Name: {person Jamal Whitaker}. Email: {email jamalwhitaker91@gmail.com}. Phone: {phone 773-555-0151}. Job: forklift driver.
Rewrite politely: "{person Greg}, where is my refund? I paid $89.99 on 3/14 and you ignore me"
The tenant's guarantor is {person Apolline Deschamps} ({email apolline.d@laposte.net}), income 2,900 EUR net.
def test_user():¶    u = User(name="{person Ezekiel Stroud}", email="{email zeke@stroudfarm.us}")¶    assert u.is_valid()
contacts.vcf: FN:{person Nadia Benkirane}¶TEL;TYPE=CELL:{phone +212 661 38 20 47}¶EMAIL:{email nadia.benkirane@menara.ma}
SELECT * FROM users WHERE email = '{email tibor.szalai@citromail.hu}' OR phone = '{phone +36 30 448 2196}';
Bonjour {person Gaëtan}, voici l'IP du serveur : {ip 51.38.112.74} et le lien {url https://panel.hebergeur-demo.fr:8443/}
Ripple payment: {crypto rUf5P4DqwdX8zwohNH3m8Sr1tNWkEj74nW} with tag 104482, asked by {person Hyun-woo}
USDT (TRC20) to {crypto TB9omXaAZUmZXu3LXWDzEGDvHqybZJiURg}, not ERC20!!
ltc: {crypto ltc1qyhwfjkt8gudnyjyjxv9csc79hpg4kx3acr9nuu}
Sehr geehrter Herr {person Özdemir}, Ihre Sendung 00340434161094042557 liegt in der Filiale Köln-Ehrenfeld bereit.
Guten Tag Frau {person Wohlgemuth}, Ihr Termin ist am 03.12. um 14:30 Uhr.
phone tree: 1. {person Marjorie} {phone 802-555-0110} 2. {person Stu} {phone 802-555-0145} 3. {person Agnes Pruitt} {phone 802-555-0163}
{person Isolde Amsel} schreibt: Die App stürzt auf dem Pixel 7 ab, Version 3.14.2.
Invoice to: {person Giovanni Battistella}, Via Roma 12, 35121 Padova, P.IVA 01234567890
Firma Kowal-Bud, NIP 526-104-08-28, kontakt: {person Sławomir}, {phone 504 118 692}
Titular: {person Carmiña Outeiral}, NIE X4421908T, IBAN pendiente
Aadhaar enrolment for {person Lakshmi Narasimhan} still pending, slip 1402/22113/00418
CPF já informado, falta o telefone: {phone (85) 3244-7190}. Att., {person Valdirene}
Kennitala vantar fyrir {person Sigríður Halldórsdóttir}, netfang {email sigga.h@simnet.is}
MAC {mac B8:27:EB:4F:90:6C} belongs to the Raspberry Pi of {person Wendelin}
api key leaked? request came from {ip 146.70.88.201} using account {email build-bot@ferryci.dev}
Who is {person Evangelos Papadimos}? He keeps calling me from {phone +30 210 724 8813}.
Zoom link {url https://us02web.zoom.us/j/85522014477?pwd=QnZ1} or dial {phone +1 669 555 0148}, host {person Prudence Yelland}
Release 4.18.0-rc.2 (build 20240611.3) fixes CVE-2024-21626 and bumps OpenSSL to 3.0.13.
Meeting moved from Tuesday, 4 June to Wednesday, 12 June at 15:00 in Room Helsinki.
The card number 4539 2783 2711 6625 was rejected: check digit wrong.
IBAN DE16 3704 0044 8136 3027 54 ist ungültig, die Prüfziffer stimmt nicht.
NHS number 778 823 1135 fails the modulus 11 check, please re-enter.
Sample on the leaflet: NI number QQ 12 34 56 C (not a real prefix).
The validator must reject 000-45-6789 and 666-45-6789 as SSN.
912-93-4412 is not in any ITIN range, so the parser returns false.
@angular/core@17.3.1 and @types/node@20.11.5 have conflicting peer deps
@app.route("/health")¶@login_required¶def health(): return "ok"
import com.fasterxml.jackson.databind.ObjectMapper;¶import org.junit.jupiter.api.Test;
std::vector<std::string> v; for (auto& s : v) std::cout << s << std::endl;
Timestamp 1718900412 is 2024-06-20 in UTC, in milliseconds 1718900412000.
Coordinates: 48.8584, 2.2945 (Eiffel Tower), altitude 330 m
Price: 1.299,00 € incl. 19 % MwSt., Rabatt 5 %, Lieferzeit 3-5 Werktage
Morgan Stanley and Wells Fargo raised their targets, Johnson Controls fell 3.2 %.
We flew from Charlotte to Austin via Houston and stayed two nights in San Antonio.
Will you mark the bill as paid in May or in June?
Senior Vice President, Global Sales Operations, EMEA & APAC
Die Rechnung für den Monat August liegt der Buchhaltung seit Montag vor.
SKU 8841-2207-19, EAN 4006381333931, lot L2291B, best before 06/2026
ISBN 978-3-16-148410-0 is out of print, try ISBN 0-306-40615-2.
commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b changed 14 files, 210 insertions
request_id=550e8400-e29b-41d4-a716-446655440000 latency=182ms status=200
Jenkins failed on stage Build, Grafana and Kibana are fine, Sonar gate passed.
Flug LH 1782 ab Gate B27, Sitz 14C, Boarding 06:35
tx 0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b60060 confirmed in block 46147
Invoice 2024-000917 over 3,480.50 USD, due in 30 days, PO 4500018822
Kubernetes 1.29.4 on Ubuntu 22.04.4 LTS, kernel 5.15.0-105-generic
Firmware 10.4.2.1 to 10.4.3.0 upgrade guide, see chapter 7.3.2
Ratio 16:9, time 12:34:56, score 3:2, verse 4:16-18
Order 1000-2291-5530-7741-2 was split in two deliveries.
git checkout -b feature/ABC-1234 && npm run build -- --watch
Bitte füllen Sie das Formular in Druckbuchstaben aus und senden Sie es an die Stadtverwaltung Musterstadt.
How do I convert 98.6 Fahrenheit to Celsius in Python without a library?
The Tesla Model 3 beats the Polestar 2 on range, the Hyundai Ioniq 5 charges faster.
error TS2345: Argument of type 'string' is not assignable to parameter of type 'number'. (src/main.ts:42:17)
Room 12-345-678 does not exist in Building North, ask at the Front Desk.
San Francisco, Santa Monica and Saint Petersburg are sister venues this season.
Bestellnummer 302-1184471-9930744, Lieferung bis Freitag
Aktenzeichen 4 O 211/23, Landgericht Hannover, Termin 10:15 Uhr, Saal 127
Numéro de commande 7741-0092, facture du 18/04/2024, total TTC 64,90 €
El pedido 220-4471 llegará el martes 9 de abril entre las 10:00 y las 14:00.
Fattura n. 112/B del 03.02.2024, imponibile 1.250,00, IVA 22%
Faktura VAT 14/03/2024, kwota 1 230,00 zł, termin płatności 14 dni
Bestelling 88-2210-4 wordt dinsdag bezorgd, betaald met iDEAL.
注文番号 2024-0612-00418、合計 12,800円（税込）、配送予定 6月15日
订单号 20240612004188，金额 299.00 元，预计周三送达
Sipariş no 4471-2290, kargo takip 7210044, tutar 1.249,90 TL
Ordernummer 553-2201, leverans vecka 24, pris 1 299 kr
رقم الطلب 55120 والمبلغ 340 درهم والتسليم يوم الأحد
Pedido 10442-B, nota fiscal 000.118.204, valor R$ 1.189,00
The PO box is 1147 and the postal code is SW1A 2AA, London.
pH 7.35-7.45, Na 138, K 4.1, Hb 13.2 g/dl, BP 128/82
Set max_tokens=4096, temperature=0.7, top_p=0.95 and seed=20240601.
Colour #3A7BD5 on #00D2FF, font Inter 14/20, radius 8px
bitcoin address 1HA6jiDeMZszAGFkGmCQfMsuLWQpXB36ux has a bad checksum, the wallet said
Dear Sir or Madam, to whom it may concern: the position of Regional Manager remains vacant.
Microsoft Teams, Google Drive and Adobe Acrobat must be reinstalled after the Windows 11 update.
SHA-256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 is the hash of nothing
Chapter 3: The French Revolution and the Congress of Vienna
Q3 revenue 4,182 (Q2: 3,977), EBITDA margin 21.4 %, headcount 1,204
See README.md, setup.py and node.js docs; main.rs does not compile with edition 2021.
SELECT COUNT(*) FROM orders WHERE created_at BETWEEN '2024-01-01' AND '2024-03-31';
Bus 142 to Victoria Station, then the Jubilee Line to Stratford, 38 min
Happy Easter from the whole Support Team!
docker run -p 8080:80 -v data:/var/lib/data nginx:1.25.5-alpine
Amex ending in 4785 was declined; the Visa ending in 6624 worked.
password must have 12+ characters, e.g. Tr0ub4dor&3 is too short
Flat 3B, 221 Kingsway Road, 2nd floor, ring the bell twice
DSGVO Art. 6 Abs. 1 lit. b, § 34 BDSG, Aufbewahrung 10 Jahre
Lottery numbers of Saturday: 4 11 23 29 37 48, bonus 9
range 192-255, offset 0x7ffe1234, mask 0xFF00FF00, stride 64
Buy milk, eggs, 2 kg flour, 500 g butter and a birthday card.
The World Health Organization met in Geneva; the European Commission sent two observers.
[INFO] 14:22:07.118 GC pause 12.4ms heap 512M->208M, thread pool-2-thread-17
The warranty ended 31.12.2023; serial SN-0099-8812-4410; article 77.120.55
Which is bigger, 9.11 or 9.9?
CUSIP 037833100, ISIN US0378331005, WKN 865985
MATCH-ID 88:21:04 in heat 3, lane 5, time 00:58.21
x = [3.14159, 2.71828, 1.41421]; print(sum(x) / len(x))
Car plate M-XY 1234, VIN WVWZZZ1JZXW000001, mileage 148,220 km
Ernst & Young audited Philip Morris, Marks and Spencer and Harley-Davidson in the same year.
Passport control at Heathrow Terminal 5 takes 45 minutes on Sundays.
Account Executive (m/f/d), Full-time, Hamburg or Remote, Ref. 2024-118
GitHub Copilot, Claude Code and Cursor were compared on SWE-bench Verified.
GB22 NWBK 2722 4984 9345 45 is the one with the typo, bank refused it
The 0xb6c779DB06911D15E6f616703A3676d1151b82 constant is two digits short, compiler complains.
"version": "2.11.0", "license": "MIT", "engines": "node >=18", "private": true
Montag Ruhetag, Dienstag bis Samstag 11:30-22:00, Sonntag 12-20 Uhr
April showers bring May flowers, as the saying goes.
5551-0022-8 (part no.), 12 pcs, bin A-07, reorder level 40
`;
