// What the page in the box's own Wi-Fi says, in the console's languages.

export interface CaptiveWords {
  readonly title: string;
  readonly first: string;
  /** Before the console's address. */
  readonly open: string;
  readonly steps: readonly string[];
  readonly offline: string;
}

export const CAPTIVE_WORDS = {
  en: {
    title: "Set up your Numberbox",
    first: "You are in the Wi-Fi of your box. It has no internet, and it leads to nothing but the box.",
    open: "Open this address in your browser (Chrome, Safari, Firefox), not in this window:",
    steps: [
      "The browser warns of the certificate. That is right this time: the box has made it itself, and nobody could vouch for it yet. Go on to the page.",
      "Type the code for the first sign-in. It is on the screen of the box, and in the file CLAIM-CODE.txt on its card.",
      "Choose your Wi-Fi, or plug in a cable. The box then leaves this Wi-Fi and is found in yours as numberbox.local.",
    ],
    offline:
      "If the phone says that there is no internet, stay in this Wi-Fi. If the page does not come, turn mobile data off.",
  },
  de: {
    title: "Numberbox einrichten",
    first: "Sie sind im WLAN Ihrer Box. Es hat kein Internet und führt nur zur Box.",
    open: "Öffnen Sie diese Adresse in Ihrem Browser (Chrome, Safari, Firefox), nicht in diesem Fenster:",
    steps: [
      "Der Browser warnt vor dem Zertifikat. Das ist dieses Mal richtig: Die Box hat es selbst gemacht, und noch konnte niemand dafür bürgen. Gehen Sie weiter zur Seite.",
      "Tippen Sie den Code für die erste Anmeldung. Er steht auf dem Bildschirm der Box und in der Datei CLAIM-CODE.txt auf ihrer Karte.",
      "Wählen Sie Ihr WLAN oder stecken Sie ein Kabel ein. Die Box verlässt dann dieses WLAN und ist in Ihrem als numberbox.local zu finden.",
    ],
    offline:
      "Sagt das Telefon, dass es kein Internet gibt, bleiben Sie in diesem WLAN. Kommt die Seite nicht, schalten Sie die mobilen Daten aus.",
  },
  es: {
    title: "Configure su Numberbox",
    first: "Está en la red wifi de su caja. No tiene internet y solo lleva a la caja.",
    open: "Abra esta dirección en su navegador (Chrome, Safari, Firefox), no en esta ventana:",
    steps: [
      "El navegador avisa del certificado. Esta vez es normal: la caja lo ha hecho ella misma y nadie podía responder todavía por él. Continúe a la página.",
      "Escriba el código del primer acceso. Está en la pantalla de la caja y en el archivo CLAIM-CODE.txt de su tarjeta.",
      "Elija su red wifi o conecte un cable. La caja deja entonces esta red y se encuentra en la suya como numberbox.local.",
    ],
    offline:
      "Si el teléfono dice que no hay internet, quédese en esta red. Si la página no aparece, desactive los datos móviles.",
  },
  ru: {
    title: "Настройка Numberbox",
    first: "Вы в сети Wi-Fi своей коробки. Интернета в ней нет, она ведёт только к коробке.",
    open: "Откройте этот адрес в браузере (Chrome, Safari, Firefox), а не в этом окне:",
    steps: [
      "Браузер предупредит о сертификате. На этот раз так и должно быть: коробка сделала его сама, и поручиться за него пока некому. Перейдите на страницу.",
      "Введите код первого входа. Он на экране коробки и в файле CLAIM-CODE.txt на её карте.",
      "Выберите свою сеть Wi-Fi или подключите кабель. Коробка покинет эту сеть и будет видна в вашей как numberbox.local.",
    ],
    offline:
      "Если телефон говорит, что интернета нет, оставайтесь в этой сети. Если страница не открывается, выключите мобильные данные.",
  },
} as const satisfies Readonly<Record<string, CaptiveWords>>;
export type CaptiveLanguage = keyof typeof CAPTIVE_WORDS;

const isKnown = (language: string): language is CaptiveLanguage => Object.hasOwn(CAPTIVE_WORDS, language);

/** The first language of the header that there are words in, by its weight; English else (RFC 9110 12.5.4). */
export function languageOf(header: string | undefined): CaptiveLanguage {
  const wanted = (header ?? "")
    .slice(0, 500)
    .split(",")
    .map((part, at) => {
      const [tag = "", ...parameters] = part.split(";").map((text) => text.trim());
      const weight = parameters.find((text) => text.startsWith("q="))?.slice(2);
      const quality = weight === undefined ? 1 : Number(weight);
      return { language: tag.split("-")[0]?.toLowerCase() ?? "", quality: Number.isNaN(quality) ? 0 : quality, at };
    });
  wanted.sort((one, other) => other.quality - one.quality || one.at - other.at);
  return (
    wanted
      .filter(({ quality }) => quality > 0)
      .map(({ language }) => language)
      .find(isKnown) ?? "en"
  );
}
