// What a box may ask of the machine that it looks after. Each is a unit of systemd by name; there is nothing else that it may ask.

export const SYSTEM_ACTIONS = [
  "apply_firewall",
  "show_claim",
  "set_wifi_country",
  "set_clock",
  "restart_asterisk",
  "stop_asterisk",
  "restart_drachtio",
  "stop_drachtio",
  "restart_node_red",
  "restart_mosquitto",
  "stop_mosquitto",
  "reboot",
  "power_off",
  "try_update",
  "factory_reset",
] as const;
export type SystemAction = (typeof SYSTEM_ACTIONS)[number];

export interface SystemActions {
  /** Resolves when it was asked for, not when it is done. Errors: `host.not_appliance`, `host.not_allowed`, those of running a program. */
  perform(action: SystemAction): Promise<void>;
}
