/** Phrases around two unknown capitalised words that speak of a person. */

const REACH_BEFORE = 48;
const REACH_AFTER = 80;

/** People are spoken with, and things are done by them and sent to them. */
const BEFORE = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${[
    "(?:spoke|speak|speaking|spoken|talk(?:s|ed|ing)?|chat(?:s|ted|ting)?|met|meet|meets|meeting|call|conversation|interview|lunch|dinner|coffee|appointment|works?|worked|working|married|engaged|lives?|agreed?|discuss(?:ed|ing)?|checked|followed up) (?:with|to)",
    "(?:opened|signed|countersigned|written|approved|submitted|requested|sent|reviewed|created|prepared|reported|filed|forwarded|authored|booked|paid|recommended|hired|composed|directed|led|taught|made|answered|handled|raised|escalated|taken|edited|posted|uploaded|presented|owned|managed|witnessed|treated|examined|prescribed|diagnosed|reserved|painted|performed|translated|founded|rejected|verified|completed|assigned|added|updated|closed|placed|ordered|cancelled|canceled|purchased|returned) (?:by|to)",
    "(?:send|sent|sending|forward(?:ed)?|give|gave|given|email(?:ed)?|mail(?:ed)?|address(?:ed)?|deliver(?:ed)?|ship(?:ped)?|reports?|reported|belongs?|belonging|transfer(?:red)?|refund(?:ed)?|hand(?:ed)?|pass(?:ed)?|assign(?:ed)?|promoted|introduced?|connected?) (?:\\p{Ll}{1,12} ){0,2}to",
    "(?:message|letter|note|email|mail|request|complaint|question|order|call|feedback|report|review|reply|response|voicemail|statement|application|booking|reservation|prescription|appointment|package|parcel|referral|visa|flight|room|table|account|address|invoice|payment) (?:from|by|for)",
    "according to|on behalf of|in the name of|signed for|care of|c/o|report to|reports to|ask for|asked for|attention of|care for|replaced by|reach out to|reached out to|get back to|thanks to|thank|congratulate|invite|invited|remind|reminded|inform|informed|notify|notified|call|contact|email|ping|cc|loop in|help|tell|ask|told|asked|met|meet|know|saw|see|mentions?|mentioned|names|lists|hire|blames?|blamed|praised?|miss|missed|trust|remember|marry|sued?|arrested|accused?|elected|fired|represents?|represented|identified|assist|assisted|helped|owes?|pay|paid|treated|by|visit|visited|interviewed|hired|promoted|between",
    "(?:^|[.?!\\n] {0,2})(?:is|was|has|does|did|can|could|will|would|should)",
  ].join("|")}) {1,2}$`,
  "iu",
);
const AFTER =
  /^(?:'s (?:account|order|phone|email|address|laptop|car|house|application|report|salary|file|record|passport|birthday|request|claim|wife|husband|son|daughter|mother|father|team|manager|desk|ticket|signature|appointment|prescription|password|card|invoice|flight|resume|cv|number)\b|, (?:who|whose|aged|born|our|the new|a|an|age|head|director|manager|ceo|cto|cfo|md|phd|esq|senior|lead|vice|president|founder|professor|attorney|nurse|engineer|\d{1,2}(?:,| years| and|\.|$))(?![\p{L}])|,? (?:jr|sr|ii|iii|iv|phd|md|esq)(?![\p{L}])|\s?[<(][^\s<>()]{1,64}@| \((?:he|she|they|born|age|aged|\d{2}\))|(?:,| from| at) (?:apartment|flat|room|unit|accounting|accounts|hr|finance|sales|marketing|engineering|logistics|billing|legal|it|support|procurement|reception)\b| is (?:on (?:leave|vacation|holiday|sick)|out of|off|sick|my|unable|requesting|asking|looking|married|allergic|away|responsible|joining|leaving|attending|living|working|waiting|\d{1,3} years)(?![\p{L}])| (?:and (?:his|her|i)|who|(?:will|would|has|had|can|could|should|might) \p{Ll}+)(?![\p{L}])|: ["“])/iu;

/** Whether the text around `start` to `end` speaks of a person there. */
export function isPersonContext(text: string, start: number, end: number): boolean {
  return (
    AFTER.test(text.slice(end, end + REACH_AFTER)) || BEFORE.test(text.slice(Math.max(0, start - REACH_BEFORE), start))
  );
}
