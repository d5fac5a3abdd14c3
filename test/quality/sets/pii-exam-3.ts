/**
 * A third exam, by somebody who had seen neither the rules nor the other sets: people above all. At the first look they
 * were found with precision 0.966 and recall 0.949; what made the wrong finds was mended since. Marks as in `marked.ts`.
 * All of them are invented.
 */
export const PII_EXAM_3 = `
Hi {person Rebecca}, thanks for sending the revised quote over so quickly – I'll run it past finance this afternoon.
Our auditor, {person Vikram Raghunathan}, needs the ledger extracts for the second quarter by noon.
The nurse on duty, {person Blessing Omotola}, recorded the fall at 03:40 and informed the family.
Please remove {person Walter} from the mailing list; he retired in the summer.
Please note that {person Oluwaseun Adebayo} will be taking over the Rotterdam account from 1 March.
Following our call this morning, I have asked {person Martin Hargreaves} and {person Priya Venkataraman} to prepare the draft contract.
Could you let {person Siobhan} know that the samples never arrived?
Kind regards,¶{person Thomas Whitlock}¶Regional Sales Manager¶Calder Instruments Ltd¶T: {phone +44 161 496 0733}¶E: {email t.whitlock@calder-instruments.co.uk}
I'm writing on behalf of my mother, {person Margaret Oyelaran}, who has been waiting for a refund since September.
As agreed with Mr. {person Lindqvist}, payment is due within 30 days of delivery.
We were very sorry to hear that {person Deborah Klein} is leaving the team after eleven years.
Agent: Good morning, how can I help?¶Customer: Hello, my name is {person Tariq Mahmood} and I can't log in to my account.
Customer: you can call me back on {phone (415) 555-0182}, ask for {person Jenny}.
Patient {person Helen Abernathy}, 67, presented with shortness of breath and bilateral ankle swelling. NHS no. {nhs 943 476 5919}.
The deceased, {person George Pappas}, executed his last will on 4 June 2011 in the presence of two witnesses.
Interview notes: {person Mei-Ling Chou} was well prepared, asked good questions about on-call, expects around 72k.
Annual review for {person Daniel O'Connor}: exceeded targets in three of four quarters, should delegate more.
{person Fatima El-Sayed} has asked to move to a four-day week after her parental leave ends.
Dear Ms {person Nakamura}, we are pleased to confirm your reservation for two nights from 12 October.
Please forward the signed NDA to {person Julia Brandt} ({email julia.brandt@nordlicht-logistik.de}) before Friday.
My SSN is {ssn 219-41-6087}, and the name on the account is {person Kevin R. Dombrowski}.
The witness {person Anneliese Moore} stated under oath that the vehicle had been parked there since the previous evening.
hey {person jake}, did you get a chance to look at the invoice from last week?
Sorry, wrong person – I meant {person Chidinma Eze} from procurement, not {person Chidi}.
Lead owner: {person Samantha Reyes}; next step: send pricing; last contact: 2024-05-17
Contact,Company,Stage,Value¶{person Abdul Rahman Siddiqui},Harbour Textiles,Negotiation,48000
Account 00918 was opened by {person Wei Zhang} in the Birmingham branch and has been dormant since 2019.
On examination Mrs {person Thackeray} was alert and oriented; blood pressure 142/88, pulse regular.
I spoke with Dr. {person Ifeoma Nwosu} about the biopsy results and she recommends a follow-up in six weeks.
Referred by Dr {person S. Ramaswamy}, cardiology outpatients, for persistent palpitations.
In the matter of {person Ellison} v. {person Barrowclough}, the court granted the motion to compel.
The plaintiff, {person Rosalind Achterberg}, seeks damages in the amount of $215,000.
The minutes were taken by {person Grzegorz Nowicki} and circulated to all directors on 9 July.
{person Will} will send you the login details, and {person Mark} is going to mark the parcels that are missing labels.
Ask {person Grace} whether the grace period also applies to annual plans.
I've cc'd {person April Henshaw}, who handles all renewals due in April and May.
Both {person Hope Sinclair} and {person Rose Tanaka} declined the meeting; shall we move it to Thursday?
Ticket #48213: user {person Yusuf Demirtas} reports that two-factor codes arrive with a ten-minute delay.
Please charge the deposit to my card {card 4929 1183 2047 5619}, expiry 08/27, name on card {person Laura Whitcombe}.
Transfer the outstanding balance to {iban GB29 NWBK 6016 1331 9268 19} (beneficiary {person Simon Atterbury}).
Her National Insurance number is {nino JG 41 72 06 C}; please update the payroll record for {person Charlotte Fenwick}.
The contractor, {person Luis Alberto Quispe}, files with ITIN {itin 912-74-3358}.
Our data protection officer can be reached at {email dpo@harrowgate-clinics.org}.
For directions and parking see {url https://www.harrowgate-clinics.org/visit/parking?site=north}.
I have known {person Nikolaos Papadakis} for eight years and can recommend him without reservation.
Emergency contact: {person Bernadette Flynn} (sister), {phone 07700 900461}
Next of kin is her husband {person Raymond}, who visits every evening after work.
{person Aleksandra} called in sick again, so {person Tomasz} will cover the late shift.
FYI – {person Hiroshi Matsuda} from the Osaka office lands on Tuesday at 14:20, could someone pick him up?
We have received a complaint from {person Ngozi Okafor-Williams} concerning the behaviour of a courier on 3 August.
The apartment was let to {person Ingrid Solheim} and {person Peter Solheim} for a fixed term of twelve months.
Sent from my phone – {person Dave}
From: {person Carmen Ibáñez} <{email carmen.ibanez@solferino-travel.com}>¶To: Bookings¶Subject: Group of 14 in May
To: {person Arjun Malhotra}; {person Kavita Deshpande}; {person Robert Szymanski}¶Subject: Steering committee – agenda
Thanks {person Lena}! One more thing: does the warranty cover accidental damage?
Hi team, {person Björn Hallström} here from Uppsala, we still see the old price list in the portal.
{person Mohammed bin Khalid Al-Harbi} signed the purchase order on behalf of the buyer.
Applicant {person Thandiwe Mkhize} holds a degree in chemical engineering from Cape Town.
Physiotherapy note: {person Ewan McAllister} tolerated 20 minutes of gait training, pain 3/10.
Pt {person J. Castellano} discharged home with wife, meds reconciled, follow-up with GP in 7 days.
The custody of the minor child, {person Emily Vandermeer}, was awarded jointly to both parents.
According to {person Foster}'s deposition, the brakes had been serviced in January.
It was {person Patel} who noticed that the second signature was missing.
Has anyone seen {person Dimitri}'s expense report? He swears he handed it in.
New starter on Monday: {person Zanele Dube}, junior analyst, desk 4.17, laptop already ordered.
Exit interview with {person Christopher Lang} scheduled for 28 June, 10 am, room Juniper.
Reimburse {person Maria-Elena Popescu} for the train tickets to Vienna (EUR 184.60).
My colleague {person Sanjay Gupta} is on {phone +91 98201 44756} until six o'clock Indian time.
You are now chatting with {person Bianca}. How can I help you today?
Bot: May I have your full name?¶User: {person Trevor Nkemelu}¶Bot: Thank you! And your order number?¶User: 7718-204
user: pls change the delivery name to {person anita kowalczyk}, the old one is my ex husband
user: it's under {person Gutierrez}, two adults, one child, sea view if possible
Caller identified herself as {person Phyllis Grantham} and confirmed the last four digits of the card.
The guest in 412, Mr {person Takahashi}, asked for a late check-out and a taxi at noon.
name: {person Sofia Lindgren}, segment: SMB, churn risk: medium, CSM: {person Patrick Boateng}
id;first_name;last_name;city¶20417;{person Hannah};{person Vogel};Leipzig
"contact_name": "{person Emre Yilmaz}", "role": "Buyer", "email": "{email emre.yilmaz@anadolu-parts.com.tr}"
Attn: {person Gwendolyn Price}, 18 Mill Lane, Hereford – leave with neighbour if out
Invoice to {person Stephen Okonkwo}, Okonkwo Catering, Unit 5, Leeds.
{person Kowalski, Jan} – absent 12–16 Feb, certificate received
{person Nguyen Thi Hoa} has completed the forklift safety training and may be scheduled from week 23.
After the merger, {person Caroline Weatherby} became Chief Financial Officer and {person Dmitri Volkov} stepped down.
The surgeon, Prof. {person Wolfgang Reinhardt}, explained the risks and obtained written consent.
{person Leticia} from HR says the form has to be signed by both of us.
Happy birthday {person Oscar}! Cake in the kitchen at three.
The landlord's agent, Mr. {person Christos Georgiou}, holds a spare key.
Best,¶{person Amara}
Cheers,¶{person Rhys Llewellyn}¶Senior Buyer | Brecon Dairy | {url www.brecondairy.example.co.uk/contact}
Warm regards / {person Farah Jamshidi} / Customer Success / {phone +1 646-555-0137}
Signed: {person Isabella Fontaine-Roy}, notary public, Province of Québec
Please find attached the medical report for {person Ahmed Benali}, born {birth 14/02/1981}.
We tried to deliver your parcel today, but it was accepted by your neighbour {person Doris Pemberton}.
{person Jamal Whitaker}'s laptop ({mac 3C:52:82:6F:A1:0B}) dropped off the network twice on Monday.
Login for {person Svetlana Morozova} was blocked after five attempts from {ip 203.0.113.84}.
If {person Kenji} or {person Yuki} are free, we could do the demo one day earlier.
{person Xiomara Delgado} said she'd rather keep the old plan, even though it costs more.
Thanks for flagging, {person Piotr}. I'll check with {person Alan Beresford} whether we can waive the fee.
Our records show that {person Eleanor Vance-Hughes} last donated in December 2022.
Booking reference KX7R2P, passengers {person Miguel Ferreira} and {person Ana Ferreira}, seats 14A and 14B.
The tenant {person Cheng Li-Wei} reports damp in the bathroom and a broken extractor fan.
Loan officer: {person Maxine Dupree}. Borrower: {person Terrence J. Holloway}. SSN {ssn 408 77 1935}.
Social worker {person Niamh Gallagher} visited on Tuesday and found the home clean and warm.
The arbitrator, {person Henrik Aagaard}, ruled that clause 9 was unenforceable.
Refund of the tips was sent to {crypto 1L7DMFshC5RMSG9HKAKBkdffDRg6sevs49} as {person Leroy} requested.
Please wire the escrow in ether to {crypto 0x0a04286bb70d8563a3284adc34ec5ddc3db3b803} and confirm with {person Natalia Brandão}.
NHS number {nhs 485 777 3457}, allergic to penicillin, lives alone, daughter {person Susan} has power of attorney.
Fax the referral to {phone 020 7946 0817}, marked for the attention of Sister {person Josephine Mbeki}.
Old card {card 5412 7534 9018 2263} was reported stolen, the new one goes to {person Vincent Moreau}.
My brother {person Kwame} is the account holder, I'm only an authorised user.
"I never signed that," said {person Harriet Lowell}, and asked to see the original.
On-call this week: {person Teo}; backup: {person Marisol Vega}.
{person Juan Carlos Ortega} and his wife {person Beatriz} arrive on flight 1147 and need an airport transfer.
I'd like to report a colleague, {person Derek Stansfield}, for repeated remarks in front of clients.
HR note: spoke to {person Lakshmi} re workload; she feels {person Graham} is not sharing information.
Sehr geehrte Frau {person Hoffmann}, anbei erhalten Sie die korrigierte Rechnung für den Monat November.
Guten Tag Herr {person Yıldırım}, Ihr Termin beim Augenarzt wurde auf Mittwoch, 9:30 Uhr verschoben.
Mit freundlichen Grüßen¶{person Katharina Obermüller}¶Leiterin Einkauf¶Tel. {phone +49 89 24418 307}
Der Patient {person Friedrich Wessels} klagt seit drei Wochen über Schwindel und Kopfschmerzen.
Bitte überweisen Sie den Betrag auf das Konto {iban DE82 5001 0517 0648 4898 91}, Kontoinhaberin {person Renate Stoll}.
Kannst du {person Jonas} sagen, dass die Lieferung erst am Montag kommt?
Frau Dr. {person Aylin Kaya} vertritt die Klägerin, das Gutachten liegt dem Landgericht vor.
Bonjour Madame {person Lefèvre}, votre dossier a bien été transmis au service contentieux.
Je vous confirme que {person Jean-Baptiste Morel} assurera mon remplacement du 5 au 19 août.
Cordialement,¶{person Aurélie Chastain}¶Responsable paie¶{phone 01 99 00 42 17}
Le patient, M. {person Karim Bouzid}, a été opéré du genou gauche sans complication.
Salut {person Manon}, tu peux rappeler le client avant midi au {phone 06 39 98 12 45} ?
Le virement partira sur le compte {iban FR76 3000 6000 0112 3456 7890 189} dès validation par {person Étienne Garnier}.
Estimado señor {person Villanueva}: le adjunto el contrato de arrendamiento para su firma.
Hola, soy {person Lucía Fernández Prieto}, compré una lavadora y llegó con un golpe en la puerta.
La paciente {person Rosario Mamani} refiere dolor lumbar desde hace dos meses.
Por favor, avísale a {person Joaquín} que la reunión se pasó al jueves.
Saludos cordiales,¶{person Gonzalo Etcheverry}¶Gerente de Compras, Buenos Aires¶{phone +54 11 4328-9157}
Mi correo es {email marisa.aguirre77@correo-norte.es} y mi móvil {phone 612 34 58 90}.
Gentile dottoressa {person Marchetti}, Le confermo l'appuntamento di venerdì alle 15.
Il signor {person Salvatore Greco} ha chiesto la disdetta del contratto con effetto immediato.
Ciao {person Giulia}, mi mandi per favore il preventivo aggiornato entro stasera?
Bonifico a favore di {person Paolo Bertolini}, IBAN {iban IT60X0542811101000000123456}, causale fattura 88.
Beste mevrouw {person Van der Velde}, uw klacht is in goede orde ontvangen.
Kun je {person Sanne} even vragen of de sleutels al zijn ingeleverd? Anders bel ik {person Joost de Graaf}.
De heer {person Mohamed Aziz} heeft zich per 1 april ziek gemeld.
Met vriendelijke groet,¶{person Willemijn Hoekstra}¶{email w.hoekstra@delta-verzekeringen.nl}¶{phone +31 20 794 03 58}
Szanowna Pani {person Katarzyno Wiśniewska}, dziękujemy za przesłanie dokumentów.
Pan {person Zbigniew Krawczyk} zgłosił awarię pieca w mieszkaniu nr 14.
Pozdrawiam,¶{person Magdalena Zielińska}¶Dział Kadr¶tel. {phone +48 22 307 41 96}
Prezada {person Juliana Cavalcanti}, segue em anexo o comprovante de pagamento.
Oi, aqui é o {person Rafael}, meu pedido ainda não chegou, podem me ligar no {phone (11) 98877-4312}?
O paciente {person João Batista de Almeida} recebeu alta com orientação de repouso por dez dias.
Sayın {person Mehmet Özdemir}, siparişiniz kargoya verilmiştir.
Merhaba, ben {person Elif Arslan}, faturamı e-posta ile almak istiyorum.
Hej {person Maja}, kan du skicka protokollet till {person Anders Bergqvist} innan lunch?
Med vänlig hälsning¶{person Kerstin Nyström}¶Ekonomiavdelningen¶{phone 08-465 004 12}
{person 田中健一}様、お問い合わせいただきありがとうございます。
担当の{person 佐藤}が明日の午前中に折り返しお電話いたします。
患者{person 山本花子}さんは昨夜から発熱があり、本日入院となりました。
您好，我是{person 王丽华}，上周买的手机屏幕有问题，想申请退货。
请把合同发给{person 陈志强}经理，抄送财务部。
السيد {person خالد المنصوري} المحترم، نود إبلاغكم بأن طلبكم قيد المراجعة.
Уважаемая {person Ольга Сергеевна Кузнецова}, ваш договор готов к подписанию.
Vážený pane {person Novotný}, zasíláme Vám potvrzení o přijetí reklamace.
Hyvä {person Päivi Korhonen}, tilauksenne on noudettavissa myymälästä.
Please re-send order 4471-90832 to the Manchester warehouse; the first pallet was damaged.
Our Head of Compliance will review the policy before it goes to the Board of Directors.
Patient denies chest pain, nausea or vomiting; Parkinson's disease diagnosed in 2016.
Hodgkin lymphoma was ruled out; Crohn's disease remains the working diagnosis.
The meeting room Jasmine is booked until 11:30, Magnolia is free all day.
Version 4.18.2 of the Android app fixes the crash on the Settings page.
Best regards,¶The Customer Care Team
Dear Hiring Manager, I am applying for the position of Senior Data Engineer.
Dear Sir or Madam, I would like to cancel my subscription as of the end of May.
Hi all, quick reminder that the kitchen on the third floor is closed on Wednesday.
The Supreme Court of New Mexico reversed the decision and remanded the case.
Pursuant to Section 12.4 of the Master Services Agreement, either party may terminate with 60 days' notice.
We compared Salesforce, HubSpot and Zendesk, and chose the cheapest Enterprise plan.
Shipping to Charlotte, North Carolina takes three days, to San Antonio five.
The train from Florence to Siena was late, so the tour of Saint Peter's Square was cancelled.
Tracking number 1Z 88 204 5517 shows the parcel in Madison, Wisconsin.
The card number 4111 1111 1111 1112 was rejected because its check digit is wrong.
IBAN DE00 5001 0517 0000 0000 00 is only a placeholder and fails validation.
SKU 900-12-0000-77, colour Olive, size M, 14 pieces in stock.
Part no. 8842-113-907 replaces 8842-113-905 from model year 2021.
Blood pressure 128/76, heart rate 72, temperature 36.9, oxygen saturation 98 %.
Take one tablet of Ramipril 5 mg in the morning and Simvastatin 20 mg at night.
MRI of the lumbar spine shows a small disc protrusion at L4/L5 without nerve compression.
Summer Friday hours apply from June to August; Christmas Eve is a half day.
The new hire starts in the Sydney office and reports to the VP of Marketing.
Please charge it to cost centre 40-2210-8871, project Phoenix.
Customer: where is my order?¶Agent: It left our depot in Lincoln this morning.
Agent: I understand, that must be frustrating. Could you restart the router, please?
User: the app says Error 0x80070057 every time I press Save
2024-11-03T08:14:55.120Z INFO PaymentService retry 3 of 5, latency 412 ms
The invoice total is $12,480.00, of which $2,080.00 is VAT.
Latitude 52.5163, longitude 13.3777 – that is right by the Brandenburg Gate.
Product,Qty,Price¶Windsor Chair,4,129.00¶Oxford Table,1,499.00
Stage: Closed Won; Segment: Mid-Market; Region: Benelux; Forecast: Commit
The Data Protection Act and the General Data Protection Regulation both apply here.
Human Resources will publish the Holiday Calendar in January.
Could you book the Victoria Suite for the Spring Conference in Bath?
Morgan Stanley and Goldman Sachs raised their outlook; Deutsche Bank did not.
John Deere tractors and Harley-Davidson motorcycles are exempt from the tariff.
Will the grace period end in May, or may we bill them in June?
Mark the invoice as paid and file it under Travel Expenses.
A frank discussion with the supplier would be a better first step.
@Override public String toString() returns com.acme.billing.InvoiceLine in the debug view
Build 20240517.3 failed: module core.auth.session could not find class TokenStore
The warranty ends 24 months after delivery, see General Terms, Section 7.
Bitte beachten Sie, dass unsere Filiale in Frankfurt am Samstag geschlossen bleibt.
Sehr geehrte Damen und Herren, hiermit kündige ich meinen Vertrag zum 31. Dezember.
Die Rechnungsnummer lautet 2024-00817, der Betrag ist am 15. März fällig.
Madame, Monsieur, nous accusons réception de votre courrier du 12 janvier.
Le bureau de Saint-Étienne est fermé le lundi de Pentecôte.
Estimados clientes, la tienda de Santa Cruz permanecerá cerrada en Semana Santa.
El pedido 5530-221 salió ayer del almacén de San Sebastián.
La sede di San Marino resterà chiusa per Ferragosto.
De levering aan Den Haag is uitgesteld tot maandag 14 oktober.
Dział Obsługi Klienta jest czynny od poniedziałku do piątku.
Bom dia, qual é o prazo de entrega para São Paulo e Santo André?
Müşteri Hizmetleri hafta içi 09:00 ile 18:00 arasında açıktır.
Kundtjänst är stängd på midsommarafton och öppnar igen på måndag.
ご注文番号は2024-5581です。発送は東京倉庫から行います。
您的订单已从上海仓库发出，预计周五送达。
`;
