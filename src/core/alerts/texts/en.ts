// Texts of the alerts in English.

import type { AlertTexts } from "./text-form.ts";

export const en: AlertTexts = {
  rules: {
    slot_down: {
      raised: "Slot {subject} is down[ ({reason})]",
      cleared: "Slot {subject} works again",
      hint: "The box keeps trying. Look at the slot in the console if it stays down.",
    },
    slot_gave_up: {
      raised: "The box has given up on slot {subject}[ ({reason})]",
      cleared: "Slot {subject} is being served again",
      hint: "Look at its modem: power, cable, SIM. Then try it again from the console.",
    },
    sim_lost: {
      raised: "The SIM in slot {subject} is gone or cannot be read",
      cleared: "The SIM in slot {subject} is back",
      hint: "Put the SIM in again, or another one.",
    },
    sms_storage: {
      raised: "The SMS storage of slot {subject} is {value} % full",
      cleared: "The SMS storage of slot {subject} has room again",
      hint: "When it is full the network keeps new messages back. See why the box does not empty it.",
    },
    signal_weak: {
      raised: "Slot {subject} has a weak signal ({value} dBm)",
      cleared: "Slot {subject} has a good signal again",
      hint: "Move the antenna, or put it nearer to a window.",
    },
    balance_low: {
      raised: "The SIM in slot {subject} has little money left[ ({amount} {currency})]",
      cleared: "The SIM in slot {subject} has been topped up",
      hint: "Top it up before the operator switches it off.",
    },
    phone_battery: {
      raised: "The phone of slot {subject} is at {value} % and not charging",
      cleared: "The phone of slot {subject} is charging",
      hint: "Plug its charger in.",
    },
    outbox_age: {
      raised: "An SMS has been waiting for the relay for {value} seconds; {messages} wait",
      cleared: "Messages go out to the relay without delay again",
      hint: "Nothing is lost: they are kept and sent later. Check the network and the relay.",
    },
    relay_down: {
      raised: "The relay is out of reach[ ({reason})]",
      cleared: "The relay is connected again",
      hint: "Messages are kept and sent later. Check the network and the relay.",
    },
    calls_down: {
      raised: "Calls cannot be taken: {subject} is out of reach[ ({reason})]",
      cleared: "Calls: {subject} is back",
      hint: "See whether its service runs; the box tries again by itself. SMS are not touched.",
    },
    intake_paused: {
      raised: "The box takes no messages in[ ({reason})]",
      cleared: "The box takes messages in again",
      hint: "They stay on the SIMs until it can store them. Make room on the disk, or check it.",
    },
    clock_doubt: {
      raised: "The box does not know the time for sure; rentals are not ended meanwhile",
      cleared: "The box knows the time again",
      hint: "Check the network and the time server.",
    },
    clock_unsynchronised: {
      raised: "The clock is not being set by a time server",
      cleared: "The clock is set by a time server again",
      hint: "Check the network and the time service of the machine.",
    },
    disk_low: {
      raised: "Only {value} % of the disk is free[ ({free} MiB)]",
      cleared: "The disk has room again",
      hint: "Make room, or take a larger card.",
    },
    disk_full: {
      raised: "The disk is nearly full: {value} MiB are left",
      cleared: "The disk has room again",
      hint: "Make room now: without it no message can be stored.",
    },
    memory_low: {
      raised: "Only {value} % of the memory is available",
      cleared: "There is enough memory again",
      hint: "See what else runs on this machine, or restart it.",
    },
    temperature_high: {
      raised: "The machine is hot: {value} °C",
      cleared: "The machine has cooled down",
      hint: "Give it air, or a heat sink.",
    },
    undervoltage: {
      raised: "The machine has too little voltage",
      cleared: "The voltage is right again",
      hint: "Use a stronger power supply or a shorter cable: modems drop out and cards get damaged.",
    },
    usb_over_current: {
      raised: "USB port {subject} was cut off for too much current[ ({count} times so far)]",
      cleared: "USB port {subject} has kept its power again for half an hour",
      hint: "A modem draws more than the port gives, or there is a short. Put modems on a hub with a supply of its own; see `numberbox hardware budget`.",
    },
    chain_down: {
      raised: "The Emercoin node does not answer[ ({reason})]",
      cleared: "The Emercoin node answers again",
      hint: "See whether it runs, and whether its address and password in the configuration are right.",
    },
    chain_lag: {
      raised: "The Emercoin node is behind the chain[ by {blocks} blocks]",
      cleared: "The Emercoin node has caught up",
      hint: "Wait, or check its network.",
    },
    wallet_locked: {
      raised: "Something waits for the Emercoin wallet, which is locked",
      cleared: "The Emercoin wallet can be used again",
      hint: "Unlock it in the console, under Chain.",
    },
    funds_low: {
      raised: "The Emercoin wallet has only {emc} EMC",
      cleared: "The Emercoin wallet has enough EMC again",
      hint: "Send some there before names have to be renewed.",
    },
    publication_failed: {
      raised: "Publications in Emercoin have failed: {value}",
      cleared: "No publication in Emercoin stands failed",
      hint: "See in the console, under Chain, what went wrong, and publish again.",
    },
    certificate_expiring: {
      raised: "The certificate {subject} expires in {value} days",
      cleared: "The certificate {subject} has been renewed",
      hint: "Renew it, or see why it is not renewed by itself.",
    },
    backup_overdue: {
      raised: "The backup is overdue[: the last one is {days} days old]",
      cleared: "There is a fresh backup again",
      hint: "See in the console where the last one got stuck, or make one now.",
    },
    delivery_failing: {
      raised: "Messages for {subject} do not arrive[ ({reason})]",
      cleared: "Messages for {subject} arrive again",
      hint: "Try it by “Send a test” in the console.",
    },
  },
  severities: { info: "Note", warning: "Warning", critical: "Critical" },
  kinds: { raised: "New", repeated: "Still", cleared: "Over" },
  flapping: "It keeps coming and going, so you will not hear of it again until it has been calm for a while.",
  test: { title: "Numberbox: a test", text: "This is a test. Alerts of this box arrive here." },
};
