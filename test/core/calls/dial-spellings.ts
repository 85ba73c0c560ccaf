// Numbers that must never be dialled, in the spellings by which people and attackers write them.

/** A line of Germany. */
export const HOME = "+4915550001234";

/** Calls for help, whatever they are dressed as. */
export const EMERGENCY_SPELLINGS: readonly string[] = [
  ...["112", "911", "999", "000", "110", "119", "118", "08", "113", "114", "115", "117", "190", "192", "108", "122"],
  ...["1 1 2", "1-1-2", "1.1.2", "(112)", "(1)(1)(2)", "1/1/2", " 112 ", "\t112", "112\n", "1\u00a01\u00a02"],
  ...["+112", "+ 112", "+49112", "+49 112", "+49110", "+49(0)112", "+490112", "+1911", "+44999", "+44 999", "+61000"],
  ...["00112", "0049112", "0049 110", "00490112", "01149112", "0111911", "0044999", "0112", "0110", "00911", "9112"],
  ...["0911", "1112", "9911", "0000112", "9,911", "0,112", "8112", "+4911201"],
  ...["tel:112", "TEL:112", "tel:+112", "tel:112;phone-context=+49", "tel:911;phone-context=example.com", "tel:1-1-2"],
  ...["sip:112@example.com", "sips:112@box.example:5061", "sip:+49112@box;user=phone", "SIP:911@x", "sip:112"],
  ...["sip:112;phone-context=+49@box;user=phone", "112;phone-context=+49", "112@box", "112;user=phone"],
  ...["%31%31%32", "1%312", "%2B49112", "%2b112", "%2531%2531%2532", "tel:%31%31%32", "112%20", "11%32"],
  ...["*31#112", "#31#112", "*31#+49112", "#31#0049112", "**21*112#", "*21*112#", "*#21#112", "112#", "112*", "*112#"],
  ...["#112", "*112", "*31#911", "%2A31%23112", "%2331%23911", "*82 911"],
  ...["112,", "112,,1", "112p1", "112w", "112W123", "p112", ",112", "112;ext=1", "112x5", "112 ext 9", "112,123456789"],
  ...["112abc", "abc112", "a1b1c2", "112!", "112?", "\u200b112", "1\u200b1\u200b2", "112\u0000", "\u202e211"],
  ...["١١٢", "۱۱۲", "११२", "１１２", "①①②", "¹¹²", "𝟏𝟏𝟐", "൧൧൨", "໑໑໒"],
  ...["１-１-２", "+٤٩١١٢", "९११", "one one two", "nine-one-one", "nine nine nine", "ONEONETWO"],
];

/** Other numbers that a line of Germany is not let dial as the box comes. */
export const REFUSED_SPELLINGS: readonly (readonly [string, string])[] = [
  // Premium and shared cost, at home and abroad.
  ...["0900 1 234567", "+49 900 1234567", "00499001234567", "09001234567", "0137 7123456", "+491801234567"].map(dear),
  ...["tel:+49-900-123-4567", "sip:09001234567@box", "%2B499001234567", "+49 900 12345678", "+49 900 1234567890"].map(
    dear,
  ),
  ...["+33 899 123 456", "+449098765432", "+447012345678", "+19005551234", "+1 212 976 1234", "+39899123456"].map(dear),
  ...["+41900123456", "+34806123456", "+81570123456", "+61190123456", "+78091234567"].map(dear),
  // Satellites, networks of no country, personal and premium numbers of the world.
  ...["+881612345678", "+870773112345", "+88213123456", "+883510012345", "+979112345678", "+878101234567890"].map(dear),
  ...["+80812345678", "+88812345678901", "00881612345678", "0088213123456", "tel:+881-6-1234-5678"].map(dear),
  // Abroad.
  ...[
    "+33142685300",
    "0033142685300",
    "+12125550123",
    "+442079460000",
    "+18765550123",
    "+24721234",
    "+80012345678",
  ].map(abroad),
  ...["+7 495 123 45 67", "+85221234567", "+ 33 1 42 68 53 00"].map(abroad),
  // Short codes.
  ...["22833", "11833", "10000", "7000", "1", "12345", "030"].map(short),
  // Codes for the network.
  ...["*#06#", "*21*+4930123456#", "##21#", "*31#+4930123456", "#31#030123456", "**61*030123456**20#"].map(code),
  ...["*43#", "*%2306#", "030123456#", "%2a43%23", "*3370#", "*#*#4636#*#*"].map(code),
  // What is no number.
  ...["", "+", "hello", "030abc", "030123456,,57", "030123456p57", "030123456w5", "030123456;ext=3"].map(none),
  ...["+49+30123456", "tel:+4930123456;phone-context=+1", "٠٣٠١٢٣٤٥٦", "０３０１２３４５６", "+49\u200b30123456"].map(
    none,
  ),
  ...["030\n123456", "030 1234\r\nATD0305;", "030123456;ATH", "030'57", "030\u000057", "030123456@box"].map(none),
  ...["0".repeat(65), "5".repeat(20), "+49 30 1234 5678 9012 3456 7890"].map(none),
  // No such numbers.
  ...["+4930", "+999123456789", "+21012345678", "+490301234567", "+49 (0) 30 1234567", "301234567", "+0301234567"].map(
    wrong,
  ),
  ...["000301234567"].map(wrong),
  // The line itself.
  ...[HOME, "0155 5000 1234", "004915550001234", "tel:+49-155-5000-1234"].map(own),
];

function dear(text: string): readonly [string, string] {
  return [text, "call.premium"];
}
function abroad(text: string): readonly [string, string] {
  return [text, "call.country"];
}
function code(text: string): readonly [string, string] {
  return [text, "call.service_code"];
}
function none(text: string): readonly [string, string] {
  return [text, "call.not_a_number"];
}
function wrong(text: string): readonly [string, string] {
  return [text, "call.unknown_number"];
}
function short(text: string): readonly [string, string] {
  return [text, "call.short_code"];
}
function own(text: string): readonly [string, string] {
  return [text, "call.own_number"];
}
