// Which senders belong to banks, payment and credit institutions, and to crypto exchanges: data for the sender policy. Written down from
// general knowledge, broad on purpose; no list of the kind is ever complete. What it misses, an owner adds as `deny`.
//
// Written as the policy compares them (sender-policy.ts): lower case, without spaces, dots, hyphens and underscores; `*` for any text.
// A word that is a name of its own somewhere ("ing", "wise") stands without `*`, so that "Ingrid" is no bank. Of an Indian header
// (`AD-HDFCBK-S`) the middle is compared.

export interface SenderPreset {
  readonly patterns: readonly string[];
  /** Short numbers by calling code: 900 is a bank in Russia alone. */
  readonly shortNumbers: Readonly<Record<string, readonly string[]>>;
}

const words = (...lines: readonly string[]): readonly string[] => lines.flatMap((line) => line.split(" "));

const ANYWHERE = words(
  "*bank* *bnk* *banque* *banco* banca* *banca *банк* *sparkasse* *spkasse* *raiffeisen* *volksbk* *creditunion* *kreditkart*",
  "*creditcard* *cartebancaire* *mastercard* *visacard* *debitcard* *pay *payment* *wallet* *remit*",
);

const PAYMENT_SERVICES = words(
  "visa visainfo vbv maestro amex* americanexpress* discover discovercard dinersclub* unionpay* jcb rupay mir miraccept elo",
  "paypal* stripe* wise wisecom transferwise* revolut* n26 n26* klarna* afterpay* clearpay* sezzle zip zipco adyen* mollie* sumup*",
  "squareup cashapp* venmo* zelle* payoneer* paysafe* paysera* payeer* payconiq* paytm* payu payu* paynow* paymaya* paycell*",
  "skrill* neteller* alipay* wechatpay* qiwi* yoomoney* webmoney* yandexmoney* applepay googlepay gpay samsungpay amazonpay phonepe*",
  "westernunion* wu moneygram* ria riamoney* worldremit* remitly* xoom azimo* taptapsend* sendwave* wave paysend* skydo mpesa*",
  "mpesakenya tigopesa airtelmoney* mtnmomo* orangemoney* ecocash* moncash gcash* grabpay* shopeepay* linkaja truemoney*",
  "touchngo* momopay zalopay* vnpay* kakaopay* naverpay* toss paypay linepay* bkash* nagad* jazzcash* easypaisa* esewa*",
  "khalti* mercadopago* picpay* pagseguro* pagbank* pix interac interacet* nequi* daviplata* yape* oxxopay* conekta* stcpay* fawry* vodafonecash*",
  "instapay* benefitpay* knet tabby* tamara* swish vipps* mobilepay* bizum* blik* przelewy24* tpay dotpay* multibanco* mbway* satispay*",
  "postepay* nexi* twint* bancontact* tikkie* giropay* sofort* barzahlen* lydia* paylib* sumeria* monese* bunq* monzo*",
  "starling* atombnk chime varo sofi greendot* netspend* cashnetusa* creditkarma* experian* equifax*",
  "transunion* schufa* plaid* upstart* lendingclub* bnpl* klar nubank* c6 xapo tbank* payfit worldpay* fiserv*",
);

const EUROPE = words(
  "hsbc* barclay* lloyds* natwest* rbs tsb nationwide* halifax* santander* metrobank* firstdirect* virginmoney* tescobnk mbna* cahoot",
  "coopbnk capitalone* aib aibalerts boi permanenttsb ptsb ulsterbnk anpost ing ingdiba* ingb abnamro* abn rabo rabobnk asn sns knab",
  "triodos* bnp bnpparibas* bnpp* socgen* societegenerale* creditagricole* creditmutuel* cic lcl caissedepargne* boursorama*",
  "boursobnk fortuneo* hellobnk labanquepostale* lbp bred cetelem* cofidis* sofinco* oney floa* carrefourbnk bbva* caixa* lacaixa*",
  "sabadell* bankinter* unicaja* ibercaja* kutxa* abanca* openbnk* cajamar* wizink* bcp millennium* millenniumbcp* cgd novobanco* bpi",
  "montepio* activobnk intesa* intesasp* unicredit* fineco* mediolanum* bper* bpm mps montepaschi* bnl credem* posteinfo illimity*",
  "deutschebk* commerzbk* comdirect* dkb dkbag postbk* hypovereins* hvb targobk* norisbk* consors* 1822direkt* psd* vrbk* degussa* kbc*",
  "belfius* argenta* bnpfortis* fortis beobnk crelan* ubs creditsuisse* postfinance* zkb zak swissquote* viseca* cornercard* swisscard*",
  "erste* easybnk* bawag* bankaustria* rlb danske* nordea* seb sebinfo handelsb* shb swedb* dnb sparebank1* jyske* nykredit*",
  "sydbk* opmobiili spankki* aktia* lansforsakr* skandia* resurs* bankid* arion* landsb* islandsb* luminor* citadele*",
  "lhv pko pkobp pekao* mbk mbank* ingbsk bzwbk alior* bnppl millbnk getin* credita* csob* csas ceskasporitelna* komercni*",
  "moneta* fio equa* otpdirekt* mkb khb k&h cib erstehu bcr brd ingro bancatransilv* cec dsk ubb fibank* postbnkbg",
  "eurobk* alphabk* piraeus* nbg nlb* abanka* zaba pbz rba intesabp* komercijalna* aik isbank* isbnk garanti* akbank* yapikredi* ykb",
  "ziraat* halkb* vakif* denizb* qnb* finansb* teb kuveytturk* papara* ininal* bkm privatbank* privat24* monobank* oschad* pumb ukrsib*",
);

const RUSSIA_AND_ASIA = words(
  "sber sber* сбер* tinkoff* тинькофф* vtb* втб* alfa alfab* альфа* gazprom* gpb sovcom* halva homecredit* pochtab*",
  "rosb* rsb rshb* psb psbank* uralsib* akbars* mtsb* mtsdengi* ozonbnk* yabank* kaspi* halyk* jusan* bereke* kapital* uzum*",
  "payme humo* uzcard* tbc tbcb* ameria* acba* ineco* idram* hdfcbk hdfcbn hdfcsv hdfcbz icicib icicit iciciot sbiinb",
  "sbipsg sbicrd sbiupi sbibnk sbiotp atmsbi cbssbi sbyono sbgmbs axisbk axismr axismf kotakb kotakm kotak* pnbsms pnbotp bobtxn bobsms",
  "bobotp boiind canbnk cbinbk cenbnk unionb ubiind idbibk idbisms idfcfb idfcbk indusb yesbnk rblbnk rblcrd fedbnk fedfib sibsms kvbank",
  "cubltd iobchn indbnk ucobnk psbank mahabk dcbank bandhn aubank aubsms ktkbnk tmbank jkbank scbank scbind citibk hsbcin dbsbnk dbsind",
  "onecrd slicei cred credin lazypy lazypay simpl bajajf bajfin hdbfsl tatacp mpokkt mobikw frchrg freech paytmb ptmbnk phonpe gpayin",
  "bhimup npcibh upibhm upiotp nsdlpb airbnk airtpb finopb indpay cashfr razorp payutx ccaven billdk amazop amexin rupayn fampay jupitr",
  "fimony nichrd zerodh growww upstox smallc lichfl licind dbs dbs* posb ocbc* uob uob* maybank* m2u cimb* rhb rhb* publicb* pbe hlb",
  "hongleong* ambank* bsn bca bca* bri bri* mandiri* bni bni* btn permata* danamon* jago jenius* scb scb* kbank* kbtg ktb krungthai*",
  "krungsri* bbl ttb gsb bdo bdo* bpi* metrobk* landbk* rcbc* unionbk* pnb securityb* chinabk* vcb vietcombank* vietcom* techcomb* tcb",
  "bidv* vietinb* acb mbb vpb vpbank* sacomb* tpb tpbank* icbc* ccb boc cmb bankcomm* hangseng* bea",
  "mufg* smbc* mizuho* rakutenbnk* rakutencard* jpbnk aeon* saison* orico* kbcard kbstar* shinhan* wooribk* woori* hanabk* nhcard ibk",
  "kakaobk* esunbk ctbc* cathaybk* fubon* hnb sampath* combank* boc* nsb meezan* hbl hbl* ubl ubl* mcb alfalah* bop nbp askari* brac*",
  "dbbl citybk* ebl nabil* nicasia* everestb* nmb",
);

const MIDDLE_EAST_AFRICA_AND_AMERICAS = words(
  "emiratesnbd* enbd* adcb* fabalert* dib adib* mashreq* rakb* cbd hsbcme alrajhi* rajhi* ncb snb alahli* samba riyadb* sabb anb",
  "alinma* albilad* aljazira* qib qiib* cbq kfh* nbk nbk* gulfbk* burgan* boubyan* bbk nbb muscatb* sohar* nbe cibegypt* cib* banquemisr*",
  "arabbk* aaib hapoalim* leumi* discountb* mizrahi* isracard* poalim* attijari* awb bmce* bmci cih cdm bna badr cpa biat stb",
  "fnb fnb* absa* standardbk* stdbk* nedbk* capitec* tymebk* investec* gtbank* gtb gtco zenithb* uba uba* accessbk*",
  "firstbk* fbn fcmb* fidelity* ecobk* ecob* stanbic* sterlingb* wema* alat polaris* opay* palmpay* kuda* moniepoint* carbon*",
  "equitybk* kcb kcb* coopbk* ncba* familybk* dtb imbk crdb* nmb* centenary* dfcu* calbk* gcb fncb absagh chase jpmorgan*",
  "jpm bofa bofa* bankofamerica* wellsfargo* wells citi citi* usbank* pnc pnc* truist* td tdbank* capone fifththird* 53bank citizensb*",
  "keybk* huntington* mtb ally synchrony* barclaysus usaa* navyfed* nfcu schwab* fidelityinv* etrade robinhood* vanguard*",
  "goldmans* applecard rbc rbc* royalbk* scotia* bmo bmo* cibc* desjardins* tangerine* simplii* eqbk* bnc itau* bradesco*",
  "santanderbr* bancodobrasil* caixaecon* nubk* safra* btg* banorte* bbvamx citibanamex* banamex* hsbcmx* inbursa*",
  "bancolombia* davivienda* bcpperu* interbk* scotiabk* bci bci* bancoestado* bchile* naranjax*",
  "uala* brubank* pichincha* guayaquil* produbanco* bhd banreservas* ncbja jmmb commbk* cba netbk westpac* anz anz* nab nab* macquarie*",
  "bendigo* bankwest* stgeorge* suncorp* ingau asb asbbk* bnz kiwibk*",
);

export const SENDER_PRESETS = {
  "banks-and-payments": {
    patterns: [...ANYWHERE, ...PAYMENT_SERVICES, ...EUROPE, ...RUSSIA_AND_ASIA, ...MIDDLE_EAST_AFRICA_AND_AMERICAS],
    shortNumbers: {
      // As letters of the keypad: CHASE, MYBOFA, WELLS, MYCITI, CAPTXT, MYAMEX, DISCOV, USBANK, PAYPAL; Venmo.
      "1": ["24273", "692632", "93557", "692484", "227898", "692639", "347268", "872265", "729725", "86753"],
      // Sberbank.
      "7": ["900"],
      // ICBC, CCB, Bank of China, Agricultural Bank, Merchants Bank, Bank of Communications.
      "86": ["95588", "95533", "95566", "95599", "95555", "95559"],
    },
  },
  "crypto-exchanges": {
    patterns: words(
      "binance* coinbase* kraken* bitstamp* bitfinex* okx* okex* bybit* kucoin* huobi* htx gateio* mexc* bitget* gemini cryptocom*",
      "crypto* blockchain* bitpanda* bitvavo* bitpay* bitso* bitmart* bithumb* upbit* coinone* korbit* coinex* coindcx* wazirx* zebpay*",
      "coinspot* swyftx* luno* paxful* localbitcoins* metamask* ledger trezor* nexo* celsius blockfi* etoro* robinhoodcrypto mercadobtc*",
      "lemoncash* bitoasis* paribu* btcturk* icrypex* exmo* whitebit* cexio* poloniex* bittrex* bitflyer* coincheck*",
    ),
    shortNumbers: {},
  },
} as const satisfies Readonly<Record<string, SenderPreset>>;

export type SenderPresetName = keyof typeof SENDER_PRESETS;
