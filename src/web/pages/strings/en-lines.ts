// Texts of the pool of numbers and of delivery.

export const enLines = {
  "nav.lines": "Numbers",
  "nav.delivery": "Delivery",
  "lines.number": "Number",
  "lines.state": "State",
  "lines.state.free": "Free",
  "lines.state.rented": "Rented",
  "lines.state.resting": "Resting",
  "lines.left": "{span} left",
  "lines.slot": "SIM in",
  "lines.no_slot": "no slot",
  "lines.listing": "Listing",
  "lines.denied": "Dropped unread",
  "lines.none": "No number yet",
  "lines.none.text": "Open a slot with a SIM and give it its number.",
  "delivery.messages": "Received",
  "delivery.waiting": "Waiting here",
  "delivery.relay": "At the relay",
  "delivery.acknowledged": "Acknowledged",
  "delivery.none": "Nothing was delivered yet",
  "delivery.none.text": "As soon as a rented number receives an SMS, its way is shown here.",
} as const;
