// In German, before the account is open: make an identity, bring one back, unlock.

import type { Translation } from "../en.ts";

export const deEntrance: Translation = {
  "new.title": "Ihr eigener Schlüssel zu Ihren Nummern",
  "new.text":
    "Nummern, die Sie mieten, senden ihre SMS an einen Schlüssel, der in diesem Browser entsteht und ihn nie verlässt. Kein Name, keine E-Mail, kein Konto bei irgendwem.",
  "new.create": "Neue Identität anlegen",
  "new.import": "Sicherung oder Schlüsseldatei öffnen",
  "create.title": "Passphrase wählen",
  "create.text":
    "Sie verschließt Ihren Schlüssel auf diesem Gerät. Niemand kann sie zurücksetzen: Schreiben Sie sie an einem sicheren Ort auf. Ein paar zufällige Wörter sind besser als ein schlaues.",
  "create.passphrase": "Passphrase",
  "create.repeat": "Wiederholen",
  "create.submit": "Meine Identität anlegen",
  "create.busy": "Ihr Schlüssel entsteht …",
  "create.short": "Mindestens 10 Zeichen.",
  "create.weak": "Zu leicht zu erraten: So etwas wird zuerst versucht. Nehmen Sie ein paar zufällige Wörter.",
  "create.differ": "Die beiden stimmen nicht überein.",
  "create.suggest": "Eine vorschlagen",
  "create.suggested": "Schreiben Sie sie jetzt auf: Sie wird nur dieses eine Mal gezeigt.",
  "import.title": "Identität zurückholen",
  "import.text":
    "Wählen Sie die gespeicherte Sicherung oder eine Privateness-Schlüsseldatei. Sie können auch ihren Text einfügen.",
  "import.file": "Datei auswählen",
  "import.paste": "Oder hier einfügen",
  "import.scan": "QR-Code mit der Kamera lesen",
  "import.scan.aim": "Halten Sie den QR-Code Ihrer Sicherung vor die Kamera.",
  "import.scan.stop": "Kamera ausschalten",
  "import.scan.picture": "Bild des QR-Codes wählen",
  "import.scan.read": "Der Code ist gelesen. Geben Sie unten seine Passphrase ein.",
  "import.passphrase": "Passphrase der Sicherung",
  "import.passphrase.help": "Leer lassen bei einer Schlüsseldatei, die keine hat.",
  "import.own": "Neue Passphrase für dieses Gerät",
  "import.own.help": "Nur für eine Schlüsseldatei ohne Passphrase. Eine Sicherung behält ihre.",
  "import.submit": "Zurückholen",
  "import.busy": "Wird geöffnet …",
  "import.empty": "Wählen Sie zuerst eine Datei oder fügen Sie ihren Text ein.",
  "import.too_large": "Diese Datei ist zu groß für eine Sicherung.",
  "unlock.title": "Entsperren",
  "unlock.text": "Ihr Schlüssel und Ihre Nachrichten liegen verschlüsselt auf diesem Gerät.",
  "unlock.passphrase": "Passphrase",
  "unlock.submit": "Entsperren",
  "unlock.busy": "Wird entsperrt …",
  "unlock.forgot": "Vergessen? Andere Identität?",
  "unlock.forgot.text":
    "Eine vergessene Passphrase lässt sich nicht herausfinden, auch nicht von uns. Mit einer Sicherung, deren Passphrase Sie kennen, können Sie neu beginnen: Vergessen Sie, was auf diesem Gerät ist, und holen Sie dann die Sicherung zurück.",
  "unlock.erase": "Alles auf diesem Gerät vergessen",
  "entrance.privacy": "Was ist hier privat, und was nicht?",
};
