// Backup, receipts, language, this device.

export const enAccount = {
  "account.title": "Account",
  "backup.title": "Backup",
  "backup.text":
    "One file brings back every number of this identity, also those you rent later. It is locked with your passphrase. Your orders and escrows are in it as they stand now. Messages are not in it: they lie on the device that received them, and what one device has received is not sent to another.",
  "backup.save": "Save the backup",
  "backup.saved": "Backup saved. Keep it where this device is not.",
  "backup.qr": "Show as QR code",
  "backup.qr.label": "QR code of the locked backup",
  "backup.qr.text":
    "Photograph or print it. It is locked with your passphrase too. Orders and escrows are in the file alone.",
  "backup.hide": "Hide it",
  "receipts.title": "Receipts",
  "receipts.text":
    "What proves your messages, as one file: the provider's signatures, your own receipts, and the relay's with their way to the root of each day. Anybody can check it offline, with numberbox renter verify-export. It shows when messages came and on which rentals.",
  "receipts.texts": "Texts of the messages",
  "receipts.without": "Without texts",
  "receipts.without.text": "Enough to prove what was delivered when.",
  "receipts.with": "With texts",
  "receipts.with.text":
    "In clear: give such a file to nobody lightly. That a text is the signed one, only your key can show.",
  "receipts.busy": "Asking the relay …",
  "receipts.unproven": "Without the relay's receipt so far: {n}. It gives them for days that are over.",
  "receipts.save": "Save the receipts",
  "receipts.saved": "Receipts saved.",
  "receipts.count.one": "{n} receipt signed",
  "receipts.count.other": "{n} receipts signed",
  "receipts.taken": "{n} taken by the relay",
  "keys.title": "Public keys",
  "keys.text":
    "A provider needs these to give you a number without the market. They are yours for good: who gets them twice knows you again.",
  "passphrase.title": "Passphrase",
  "passphrase.text": "Backups that you saved before keep the old one.",
  "passphrase.old": "Passphrase now",
  "passphrase.new": "New passphrase",
  "passphrase.change": "Change it",
  "passphrase.changed": "Passphrase changed. Save a new backup.",
  "lock.title": "Lock by itself",
  "lock.text":
    "Where others can reach this device. While it is locked nothing is received and the icon counts nothing; messages wait at the relay.",
  "lock.after": "Locks after",
  "lock.never": "never",
  "lock.minutes.one": "{n} minute without a touch",
  "lock.minutes.other": "{n} minutes without a touch",
  "find.title": "Missing numbers?",
  "find.text":
    "This asks the relay for every number of your keys, as after bringing back a backup. It takes some minutes: a relay signs in only a few keys at a time.",
  "find.run": "Look for my numbers",
  "find.busy": "Looking …",
  "find.progress": "Looking for your numbers: key {key} of {last}, found: {found}.",
  "find.waiting": "The relay signs in only a few keys in a minute: it goes on in {n} s.",
  "find.stop": "Stop",
  "language.title": "Language",
  "language.text": "This device remembers which one you chose.",
  "language.label": "Language of these pages",
  "device.title": "This device",
  "device.text": "Takes identity, messages and receipts off this device. Without a backup your numbers are lost.",
  "device.erase": "Forget everything",
  "device.confirm": "Forget identity and messages on this device?",
  "device.confirm.text":
    "This cannot be undone. Your numbers can be brought back with a backup only; messages not at all.",
} as const;
