// Another tier for a rental that runs.

export const enUpgrade = {
  "nav.upgrade": "Upgrade",
  "upgrade.open": "Upgrade",
  "upgrade.title": "Upgrade this number",
  "upgrade.now": "Now",
  "upgrade.next": "Then",
  "upgrade.minute": "A minute of a call",
  "upgrade.gain.sms_only": "It receives SMS.",
  "upgrade.gain.sms_voice_video":
    "You can be rung at this number and ring out with it, in Linphone or any SIP phone. SMS come as before.",
  "upgrade.total": "Price",
  "upgrade.about": "about {price}",
  "upgrade.most": "{price} at most",
  "upgrade.price":
    "You pay the difference for the time that is left. The provider's box answers with the exact price, which you see before you pay; more than {price} is refused.",
  "upgrade.same": "Number, key and end stay the same.",
  "upgrade.submit": "Ask for the upgrade",
  "upgrade.open_order": "An upgrade of this number is not finished",
  "upgrade.none": "Nothing more is offered for this number",
  "upgrade.none.text": "You can keep it as it is, or rent another one.",
  "order.what.upgrade": "{tier}, for the time that is left",
  "order.upgraded": "Upgraded",
  "order.upgraded.text": "It takes calls now: set up a phone at its entry. SMS come as before.",
  "problem.market.other_provider": "Another provider publishes this offer now than the one you rent from.",
  "hint.market.other_provider": "Pay nothing before you know why.",
} as const;
