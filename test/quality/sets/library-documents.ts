/** A document of the library that is searched; the id is what questions name. */
export interface LibraryDocument {
  id: string;
  fileName: string;
  text: string;
}

const document = (fileName: string, text: string): LibraryDocument => ({ id: fileName, fileName, text: text.trim() });

/** Written for this test: several documents of each field, so that a word alone does not tell them apart. */
export const DOCUMENTS: LibraryDocument[] = [
  document(
    "annual-leave.md",
    `# Annual leave
Everybody has 28 days of paid leave in a calendar year. Those who join in the middle of a year get a twelfth for each full month.
Requests go to the team lead at least three weeks ahead. Up to five unused days may be carried over until the end of March.`,
  ),
  document(
    "sick-leave.md",
    `# Illness
If you fall ill, phone your team lead before 9 a.m. on the first day. From the fourth day on a doctor's certificate is required.
Wages are paid in full for six weeks; after that the health insurance takes over.`,
  ),
  document(
    "parental-leave.md",
    `# Time off for parents
Mothers are released from work six weeks before and eight weeks after birth. Either parent may then stay at home for up to three years and has a right to return to an equal post.`,
  ),
  document(
    "sabbatical.md",
    `# Sabbaticals
After seven years of service staff may take an unpaid break of three to twelve months. Salary can be saved up beforehand on a time account.`,
  ),
  document(
    "remote-work.md",
    `# Working from home
Two days a week may be spent in a home office. The company lends a laptop and one screen, and pays 30 euros a month towards electricity and internet. Working from abroad needs the consent of the tax desk.`,
  ),
  document(
    "travel-expenses.md",
    `# Business trips
Book second-class trains; flights only for journeys above six hours. Hotels are reimbursed up to 140 euros a night. Hand in receipts within 30 days with form TR-12.`,
  ),
  document(
    "pension.md",
    `# Company pension
The employer adds 20 percent to whatever you put aside for retirement, up to four percent of gross pay. You may start it after the probation period.`,
  ),
  document(
    "training-budget.md",
    `# Further education
Each employee may spend 1,500 euros a year on courses, books and conferences. Courses that last longer than a week must be agreed with the department head.`,
  ),
  document(
    "dress-code.md",
    `# Clothing
There is no dress code in the offices. In the workshop safety boots, goggles and long sleeves are compulsory; rings and necklaces must be taken off.`,
  ),
  document(
    "whistleblowing.md",
    `# Reporting misconduct
Anyone who notices corruption or fraud can write to the ombudsman, on request without giving a name. Nobody may suffer disadvantages for a report made in good faith.`,
  ),
  document(
    "it-password.md",
    `# Passwords
Passphrases have at least 14 characters and never expire, unless a leak is suspected. After five wrong attempts an account is locked for fifteen minutes. The help desk on extension 4400 unlocks it sooner.`,
  ),
  document(
    "it-vpn.md",
    `# Remote access
From outside, internal systems are reached through WireGuard. Import the profile from the portal, then confirm the second factor on your phone. Error 809 means that the router blocks UDP port 51820.`,
  ),
  document(
    "it-printers.md",
    `# Printing
Print jobs wait in a common queue and come out at any device once you hold your badge against it. They are deleted after 24 hours. Toner is ordered by the janitor.`,
  ),
  document(
    "it-backup.md",
    `# Backups
File shares are copied every night to a second site, and kept for 90 days. Deleted files can be brought back through the context menu "Previous versions". Laptops themselves are not saved.`,
  ),
  document(
    "it-phishing.md",
    `# Suspicious mail
Forward doubtful messages to abuse@example.org and do not open attachments. Whoever has typed credentials into a fake page must change them at once and call security.`,
  ),
  document(
    "pump-xr-4500.txt",
    `Circulation pump XR-4500
Delivery head 6 m, flow 3.2 m3/h, power 45 W. Bleed the pump by loosening the screw in the middle after filling. A blinking red lamp stands for dry running: switch off and refill the system.`,
  ),
  document(
    "pump-xr-4600.txt",
    `Circulation pump XR-4600
Delivery head 8 m, flow 4.1 m3/h, power 60 W. The display shows E04 when the rotor is blocked; remove the four bolts and clean the impeller. The seal kit has the part number SK-88.`,
  ),
  document(
    "boiler-cb200.txt",
    `Gas boiler CB200
Have the burner serviced once a year. Water pressure should stay between 1.2 and 1.8 bar. Fault F28 says that ignition has failed three times: open the gas tap and press reset for five seconds.`,
  ),
  document(
    "dishwasher.txt",
    `Dishwasher Lumo 60
Fill in salt when the S lamp lights up. Clean the filter weekly under running water. If dishes stay wet, raise the amount of rinse aid. The programme Eco takes 3 hours and needs 9.5 litres.`,
  ),
  document(
    "washing-machine.txt",
    `Washing machine Lumo W8
Remove the transport bolts before first use. A smell from the drum goes away with an empty run at 90 degrees. The pump sieve sits behind the flap at the bottom right.`,
  ),
  document(
    "espresso-machine.txt",
    `Espresso maker Barista 3
Descale every 200 cups with citric acid. If the brew is too sour, grind finer; when it tastes bitter, grind coarser. The steam wand must be wiped straight after frothing milk.`,
  ),
  document(
    "ebike.txt",
    `Electric bicycle Tramp
The battery reaches 80 km in the mode Tour. Store it at half charge and above freezing over the winter. Tyres want 3.5 bar. Brake pads thinner than 1 mm have to be replaced.`,
  ),
  document(
    "router-ax55.txt",
    `Wireless router AX-55
Hold WPS for two seconds to connect a device without a password. To start from scratch, push a paper clip into the hole at the back until all lamps go out. Guests get a network of their own under Settings, Visitors.`,
  ),
  document(
    "shop-returns.html.txt",
    `Returns
Goods can be sent back within 30 days, unworn and in their box. We refund the price to the card that was used within five working days. Swimwear and earrings are excluded for reasons of hygiene.`,
  ),
  document(
    "shop-shipping.html.txt",
    `Delivery
Parcels leave the warehouse on the day of the order if it comes before 2 p.m. Postage is 4.90 euros and nothing from 60 euros upwards. Islands take two days longer.`,
  ),
  document(
    "shop-warranty.html.txt",
    `Guarantee
We repair or replace defective articles free of charge for three years. Damage by falls or by water is not covered. Please keep the invoice.`,
  ),
  document(
    "shop-vouchers.html.txt",
    `Gift cards
A voucher is valid for three years from the end of the year in which it was bought. It cannot be paid out in cash. Several can be combined in one basket.`,
  ),
  document(
    "shop-payment.html.txt",
    `Paying
We accept credit cards, bank transfer and purchase on account for regular customers. Instalments over 6 or 12 months are possible from 200 euros, at an effective rate of 7.9 percent.`,
  ),
  document(
    "bread.md",
    `# Rye sourdough
Feed the starter the evening before. Mix 500 g rye flour, 400 ml water, 12 g salt and the starter, let the dough rise for four hours, then bake at 250 degrees, falling to 200, for an hour.`,
  ),
  document(
    "tomato-soup.md",
    `# Soup of roasted tomatoes
Halve a kilo of tomatoes, roast them with garlic for 40 minutes, then blend with stock. A spoon of cream takes away the sharpness. It freezes well.`,
  ),
  document(
    "risotto.md",
    `# Mushroom risotto
Toast the rice in butter until it looks glassy. Pour in hot broth ladle by ladle and stir. Take it off the fire while the grains still have a bite, and fold in parmesan.`,
  ),
  document(
    "pickles.md",
    `# Gherkins in brine
Layer small cucumbers with dill and mustard seed, cover with water holding 5 percent salt, and leave in a cool cellar for three weeks. Skim off the white film.`,
  ),
  document(
    "roses.md",
    `# Pruning roses
Cut in early spring when the forsythia is in bloom, just above a bud that points outwards. Take out dead wood completely. Climbers are only thinned.`,
  ),
  document(
    "compost.md",
    `# Compost
Alternate green and brown layers and keep the heap as damp as a squeezed sponge. Citrus peel, meat and diseased plants do not belong on it. After nine months it smells of forest.`,
  ),
  document(
    "slugs.md",
    `# Slugs in the vegetable patch
Water in the morning instead of the evening, set up copper rings around lettuce, and collect the animals at dusk under boards. Runner ducks eat them, too.`,
  ),
  document(
    "bees.md",
    `# Keeping bees
Inspect the hives every seven days between April and June to prevent swarming. Varroa mites are treated with formic acid after the honey harvest. Each colony needs 15 kg of food for winter.`,
  ),
  document(
    "vaccination.md",
    `# Tetanus
Adults should renew the jab every ten years. After a dirty wound a dose is given when the last one was more than five years ago. Soreness of the arm passes within two days.`,
  ),
  document(
    "migraine.md",
    `# Migraine
Attacks last four to 72 hours and often come with nausea and dread of light. Triptans work best when taken early. Those with more than four attacks a month may consider prevention with beta blockers.`,
  ),
  document(
    "burns.md",
    `# First aid for scalds
Hold the skin under lukewarm running water for ten minutes. Do not use ice, butter or toothpaste. Cover blisters with a sterile cloth and see a physician if the area is larger than a palm.`,
  ),
  document(
    "blood-donation.md",
    `# Giving blood
Donors are between 18 and 72 and weigh at least 50 kg. Men may come six times a year, women four. After a tattoo you have to wait four months.`,
  ),
  document(
    "tenancy-notice.md",
    `# Ending a lease
A tenant may give notice until the third working day of a month with effect from the end of the month after next. The landlord must state a reason, such as own use.`,
  ),
  document(
    "rent-deposit.md",
    `# Security deposit
It must not be higher than three months' rent without utilities, and may be paid in three instalments. After moving out the owner has to settle it within six months.`,
  ),
  document(
    "inheritance.md",
    `# Wills
A will must be written entirely by hand, dated and signed. Typed texts are void unless a notary has recorded them. Children who were left out can claim half of their legal share.`,
  ),
  document(
    "trademark.md",
    `# Registering a brand
The application costs 290 euros for three classes and protects the sign for ten years. Third parties can oppose it within three months of publication.`,
  ),
  document(
    "git-rebase.md",
    `# Rewriting history
\`git rebase -i HEAD~3\` lets you squash, reorder or drop the last three commits. Never do this on a branch that others have pulled. A lost commit is found again with \`git reflog\`.`,
  ),
  document(
    "postgres-index.md",
    `# Slow queries in PostgreSQL
Run EXPLAIN ANALYZE and look for sequential scans over large tables. A partial index helps when a condition is always the same. VACUUM brings the statistics up to date.`,
  ),
  document(
    "docker-logs.md",
    `# Containers that eat the disk
The json-file driver grows without bound. Set max-size to 10m and max-file to 3 in daemon.json and restart the service. Old images vanish with docker image prune.`,
  ),
  document(
    "css-grid.md",
    `# Centring with grid
Give the parent display: grid and place-items: center. For columns that wrap by themselves use repeat(auto-fit, minmax(16rem, 1fr)).`,
  ),
  document(
    "python-venv.md",
    `# Isolated environments
Create one with python -m venv .venv and activate it before installing packages. A requirements file with pinned versions makes builds repeatable.`,
  ),
  document(
    "volcano.md",
    `# Stromboli
The island north of Sicily throws out glowing lava every quarter of an hour, and has done so for two thousand years. Climbs above 400 metres are allowed with a guide only.`,
  ),
  document(
    "aurora.md",
    `# Northern lights
Charged particles from the sun meet oxygen and nitrogen about 100 kilometres up. Green comes from oxygen, violet from nitrogen. The best time in Tromsø is from September to March.`,
  ),
  document(
    "tides.md",
    `# Ebb and flood
The moon raises two bulges of water, so that the sea comes in twice in 24 hours and 50 minutes. When sun and moon stand in line, spring tides are especially high.`,
  ),
  document(
    "canal.md",
    `# The Corinth canal
Opened in 1893, it is 6.3 km long but only 21 metres wide, too narrow for today's freighters. It saves yachts the 400 km around the Peloponnese.`,
  ),
  document(
    "gutenberg.md",
    `# Movable type
In Mainz around 1450 Johannes Gutenberg cast single letters of lead, tin and antimony. Of his 180 Bibles 49 survive. Within fifty years presses stood in 270 towns.`,
  ),
  document(
    "sewing.md",
    `# Shortening trousers
Mark the length with shoes on, leave four centimetres for the hem, press it twice and fix it with blind stitches. Jeans want a needle of size 100.`,
  ),
  document(
    "chess-opening.md",
    `# The Caro-Kann
Black answers 1.e4 with c6 and prepares d5. The bishop on c8 comes out before e6 closes its diagonal. It counts as solid and little tactical.`,
  ),
  document(
    "kuendigungsfrist.md",
    `# Kündigungsfristen für Mitarbeitende
In der Probezeit beträgt die Frist zwei Wochen. Danach sind es vier Wochen zum Fünfzehnten oder zum Monatsende. Nach fünf Jahren im Betrieb verlängert sie sich auf zwei Monate.`,
  ),
  document(
    "muelltrennung.md",
    `# Mülltrennung im Haus
In die gelbe Tonne gehören Verpackungen aus Kunststoff und Blech. Altglas wird nach Farben sortiert und darf wegen des Lärms nur werktags bis 19 Uhr eingeworfen werden. Sperrige Möbel holt die Stadt nach Anmeldung ab.`,
  ),
  document(
    "heizung-entlueften.md",
    `# Heizkörper entlüften
Wenn es gluckert, die Umwälzpumpe abschalten, eine Schale unter das Ventil halten und mit dem Vierkantschlüssel öffnen, bis Wasser kommt. Danach den Druck am Kessel prüfen.`,
  ),
  document(
    "reisepass.md",
    `# Reisepass beantragen
Für Erwachsene kostet das Dokument 70 Euro und gilt zehn Jahre. Mitzubringen sind ein biometrisches Foto und der alte Ausweis. Die Herstellung dauert etwa vier Wochen, im Expressverfahren drei Werktage.`,
  ),
  document(
    "carte-grise.md",
    `# Immatriculer un véhicule
La demande de certificat se fait en ligne dans le mois qui suit l'achat. Il faut un justificatif de domicile, le contrôle technique de moins de six mois et le certificat de cession signé par le vendeur.`,
  ),
  document(
    "mediatheque.md",
    `# Règlement de la médiathèque
L'inscription est gratuite pour les moins de 26 ans. On peut emprunter dix livres pendant trois semaines. Chaque jour de retard coûte dix centimes par ouvrage.`,
  ),
  document(
    "tarte-tatin.md",
    `# Tarte aux pommes renversée
Faire un caramel blond, ranger les quartiers de pommes bien serrés, couvrir de pâte brisée et enfourner trente minutes à 200 degrés. Démouler encore chaud.`,
  ),
  document(
    "yukyu.md",
    `# 年次有給休暇
入社から六か月後に十日の有給休暇が付与されます。申請は三日前までに所属長へ提出してください。使わなかった日数は翌年に限り繰り越すことができます。`,
  ),
  document(
    "tsukin.md",
    `# 通勤手当
電車の定期券代は月五万円まで会社が負担します。自転車で通う社員には月二千円を支給します。引っ越したときは住所変更届を総務部に出してください。`,
  ),
  document(
    "gomi.md",
    `# ごみの出し方
燃えるごみは火曜日と金曜日の朝八時までに出してください。粗大ごみは電話で予約し、処理券を貼ります。びんと缶は第二水曜日に回収します。`,
  ),
];
