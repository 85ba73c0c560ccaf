// The machine's few actions: units of systemd that polkit lets the box's user start by name (systemd/polkit).

import { AppError, isAppError, seconds } from "../base/index.ts";
import type { SystemAction, SystemActions } from "../core/index.ts";
import type { ProgramRunner } from "./run-program.ts";

export interface UnitAction {
  readonly verb: "start" | "restart" | "stop";
  readonly unit: string;
}

/** The whole of it; a test holds the rules of polkit to this table. */
export const UNIT_ACTIONS: Readonly<Record<SystemAction, UnitAction>> = {
  apply_firewall: { verb: "restart", unit: "numberbox-firewall.service" },
  show_claim: { verb: "restart", unit: "numberbox-claim.service" },
  set_wifi_country: { verb: "restart", unit: "numberbox-wifi-country.service" },
  set_clock: { verb: "start", unit: "numberbox-set-clock.service" },
  restart_asterisk: { verb: "restart", unit: "numberbox-asterisk.service" },
  stop_asterisk: { verb: "stop", unit: "numberbox-asterisk.service" },
  restart_drachtio: { verb: "restart", unit: "numberbox-drachtio.service" },
  stop_drachtio: { verb: "stop", unit: "numberbox-drachtio.service" },
  restart_node_red: { verb: "restart", unit: "numberbox-node-red.service" },
  restart_mosquitto: { verb: "restart", unit: "mosquitto.service" },
  stop_mosquitto: { verb: "stop", unit: "mosquitto.service" },
  reboot: { verb: "start", unit: "numberbox-reboot.service" },
  power_off: { verb: "start", unit: "numberbox-poweroff.service" },
  try_update: { verb: "start", unit: "numberbox-try-update.service" },
  factory_reset: { verb: "start", unit: "numberbox-factory-reset.service" },
};

const LIMIT = seconds(20);

export function systemActions(run: ProgramRunner): SystemActions {
  return {
    perform: async (action) => {
      const { verb, unit } = UNIT_ACTIONS[action];
      const args = ["--no-ask-password", "--no-block", verb, unit];
      try {
        await run({ program: "systemctl", args, timeout: LIMIT, package: "systemd" }, new AbortController().signal);
      } catch (error) {
        if (!isAppError(error) || !/denied|authentication|not authorized/i.test(error.message)) throw error;
        throw new AppError("host.not_allowed", `this box may not ${verb} ${unit}`, {
          hint: "Install systemd/polkit/50-numberbox.rules, and run the box as the user numberbox.",
          cause: error,
        });
      }
    },
  };
}

/** On a machine that somebody else looks after. */
export const noSystemActions: SystemActions = {
  perform: (action) =>
    Promise.reject(
      new AppError("host.not_appliance", `this box does not look after its machine (${action})`, {
        hint: "Set `host.appliance: true` where the machine is the box's own, as the SD-card image does.",
      }),
    ),
};
