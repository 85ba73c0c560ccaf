// The guide: who may learn what (design, section 7), in plain words.

export const enPrivacy = {
  "privacy.title": "What is private, and what is not",
  "privacy.lead":
    "Short answer: what your messages say is for you alone on our side, but the telephone network carries SMS in the open.",
  "privacy.texts": "What your messages say, and who sent them",
  "privacy.texts.you": "You: your browser decrypts them with a key that never leaves it.",
  "privacy.texts.relay":
    "The relay that serves this page: never. It keeps sealed envelopes and hands them to whoever holds the key.",
  "privacy.texts.box":
    "The provider's box: for a moment, in its memory, between the modem and the seal. A dishonest provider could read along: choose one you trust.",
  "privacy.texts.gsm":
    "The telephone network and whoever sent it: yes. SMS are not encrypted there, and no app can change that.",
  "privacy.number": "That a number is yours",
  "privacy.number.relay":
    "The relay: no. It knows an offer and a rental by random ids, not the number and not your name.",
  "privacy.number.box":
    "The provider: that the number is rented by a certain key. Each rental has a key of its own, so he cannot tell which belong together.",
  "privacy.number.receipts":
    "Whoever knows your number can find its offer: from the next day on, the relay shows everybody when each message came, to the second, with the key of the rental. The provider has signed it so, and anybody can compute his reputation from it. Who sends you an SMS finds its second there, and how many others came and when; no text, no sender, no number. The key is that of this rental alone.",
  "privacy.number.chain": "The blockchain: never.",
  "privacy.you": "Who and where you are",
  "privacy.you.ip":
    "The relay sees the internet address you come from and when you are online. Use Tor or a VPN if that matters.",
  "privacy.you.keys":
    "Your numbers have keys of their own, but you read them all from the same address at the same time: a relay that watches can guess that they belong to one person.",
  "privacy.pay": "What you pay",
  "privacy.pay.emc": "Plain EMC stands on the blockchain for ever, for everybody.",
  "privacy.pay.randpay": "A RANDPAY ticket that loses leaves no trace; one that wins is a payment like any other.",
  "privacy.pay.escrow":
    "An escrow's document names amount, keys and addresses of the three; this relay sees it when it pays for an order. Its coins stand on the blockchain for ever.",
  "privacy.calls": "Calls",
  "privacy.calls.text":
    "Sound is encrypted between your phone and the provider's box if the account says so. From the box on it is an ordinary phone call.",
  "privacy.device": "This device",
  "privacy.device.text":
    "Key, messages and receipts lie encrypted under your passphrase. Locked, nobody reads them without it. Unlocked, whoever sits here does.",
  "privacy.device.page":
    "These pages come from the relay. A dishonest relay could serve pages that give your key away; whoever cannot accept that uses the command line or runs a relay.",
  "privacy.trust": "What is checked for you",
  "privacy.trust.text":
    "That an offer is the provider's own, that every message was signed by him, that none was changed or left out before the last one. What fails a check is not shown as a message.",
} as const;
