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
`;
