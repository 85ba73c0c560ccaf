// udev rules for what switches things on any box: pins of the header and of expanders, and the port power of hubs.

import { add, framed, GROUP, IS_DEVICE, is, rule, set, type UdevFile } from "./udev-text.ts";

const RIGHTS = [set("GROUP", GROUP), set("MODE", "0660")];
const IS_CHIP = [is("SUBSYSTEM", "gpio"), is("KERNEL", "gpiochip*")] as const;
/** Addresses that expanders of the usual families have: PCA9555, TCA9535, MCP23017 and PCF8574. */
const EXPANDER_ADDRESSES = ["20", "21", "22", "23", "24", "25", "26", "27"] as const;

/**
 * Links below `/dev/numberbox/gpio/`, as numbers of chips change from start to start: `header` for the 40 pins of a Raspberry Pi, and of an
 * expander its place (`1-0020`) and its address (`i2c-20`). The computer's own other chips hold its card, radio and supply; they stay root's.
 */
function chipRules(): readonly string[] {
  const link = (name: string): string => add("SYMLINK", `numberbox/gpio/${name}`);
  // One parent has to match all of SUBSYSTEMS and KERNELS: it is the expander, whose name is bus-address, or spi bus.select.
  const byPlace = [
    rule(...IS_CHIP, is("SUBSYSTEMS", "i2c"), is("KERNELS", "[0-9]*-*"), ...RIGHTS, link("$id")),
    rule(...IS_CHIP, is("SUBSYSTEMS", "spi"), is("KERNELS", "spi[0-9]*.[0-9]*"), ...RIGHTS, link("$id")),
  ];
  return [
    "# The header: Raspberry Pi up to 4 (pinctrl-bcm2835), 5 (pinctrl-rp1).",
    rule(...IS_CHIP, is("DRIVERS", "pinctrl-bcm2835|pinctrl-rp1"), ...RIGHTS, link("header")),
    "# Expanders.",
    ...byPlace,
    ...EXPANDER_ADDRESSES.map((address) =>
      rule(...IS_CHIP, is("SUBSYSTEMS", "i2c"), is("KERNELS", `[0-9]*-00${address}`), link(`i2c-${address}`)),
    ),
    "# Simulated pins, which only root can make.",
    rule(...IS_CHIP, is("DRIVERS", "gpio-sim"), ...RIGHTS, link("$id")),
  ];
}

/** Hubs, but not the computer's own root hubs (`usb1`, `1-0:1.0`): through libusb, and from Linux 6.0 on by `disable` of each port. */
function hubRules(): readonly string[] {
  const ports = "$sys$devpath/*-port*/disable";
  return [
    "# Port power of hubs: which of them switch is in no file that udev could read; uhubctl asks them.",
    rule(
      ...IS_DEVICE,
      is("KERNEL", "[0-9]*-*"),
      is("ATTR{bDeviceClass}", "09"),
      set("GROUP", GROUP),
      set("MODE", "0664"),
    ),
    rule(
      is("SUBSYSTEM", "usb"),
      is("KERNEL", "[0-9]*-*:1.0"),
      'KERNEL!="*-0:1.0"',
      is("DRIVER", "hub"),
      add("RUN", `/bin/sh -c '/bin/chgrp ${GROUP} ${ports} && /bin/chmod g+w ${ports}'`),
    ),
  ];
}

export function switchUdevFile(): UdevFile {
  const lines = [
    "# What switches things: GPIO chips for light, button, battery, fan and power lines, below /dev/numberbox/gpio/; port power of hubs.",
    "# Made by `numberbox hardware udev`.",
    "",
    ...framed("switches", "usb|gpio", [...chipRules(), "", ...hubRules()]),
  ];
  return { name: "71-numberbox-switches.rules", text: lines.join("\n") };
}
