// Keys and rules of udev(7) as text.

export interface UdevFile {
  /** Name below `/etc/udev/rules.d`. */
  readonly name: string;
  readonly text: string;
}

/**
 * Whoever may open a modem's port can read every SMS, so the ports leave `dialout`. Where the group is not there, udev says so and
 * leaves the default.
 */
export const GROUP = "numberbox";

export const rule = (...keys: readonly string[]): string => keys.join(", ");
export const is = (key: string, value: string): string => `${key}=="${value}"`;
export const set = (key: string, value: string): string => `${key}="${value}"`;
export const add = (key: string, value: string): string => `${key}+="${value}"`;

export const IS_DEVICE = [is("SUBSYSTEM", "usb"), is("ENV{DEVTYPE}", "usb_device")] as const;

/** Lets the group write files of the event's device in sysfs, for which udev has no key of its own. */
export function writable(...files: readonly string[]): readonly string[] {
  const paths = files.map((file) => `$sys$devpath/${file}`).join(" ");
  return [add("RUN", `/bin/chgrp ${GROUP} ${paths}`), add("RUN", `/bin/chmod g+w ${paths}`)];
}

export function framed(label: string, subsystems: string, body: readonly string[]): readonly string[] {
  const end = `numberbox_${label.replaceAll("-", "_")}_end`;
  return [
    rule(is("ACTION", "remove|unbind"), set("GOTO", end)),
    rule(`SUBSYSTEM!="${subsystems}"`, set("GOTO", end)),
    "",
    ...body,
    rule(set("LABEL", end)),
    "",
  ];
}
