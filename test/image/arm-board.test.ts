import { expect, test } from "vitest";
import { autobootText } from "../../os-image/lib/boot-files.ts";
import { asksForTry, bootPartition, raspberryDouble, setting } from "./arm-board.ts";

test("the partition of autoboot.txt is what starts, and the other one when it is tried", () => {
  expect(bootPartition(autobootText(2), false)).toBe(2);
  expect(bootPartition(autobootText(2), true)).toBe(3);
  expect(bootPartition(autobootText(3), false)).toBe(3);
  expect(bootPartition(autobootText(3), true)).toBe(2);
});

test("an autoboot.txt that would not start a Raspberry Pi's slots is refused", () => {
  expect(() => bootPartition("[all]\nboot_partition=2\n", false)).toThrow(/tryboot_a_b/);
  expect(() => bootPartition("[all]\ntryboot_a_b=1\nboot_partition=9\n", false)).toThrow(/no partition 9/);
  expect(() => bootPartition("[all]\ntryboot_a_b=1\n", false)).toThrow(/no partition/);
});

test("a line above all filters is for all", () => {
  expect(setting("kernel=a\r\n[pi4]\nkernel=b\n[all]\ninitramfs x\n", "[all]", "kernel")).toBe("a");
});

test("a try is for the restart that asked for it, and a power off is the end", () => {
  expect(asksForTry("[   99.1] reboot: Restarting system with command '0 tryboot'\r\n")).toBe(true);
  expect(asksForTry("[   99.1] reboot: Restarting system\r\n")).toBe(false);
  expect(raspberryDouble.wasReset("reboot: Restarting system")).toBe(true);
  expect(raspberryDouble.wasReset("reboot: Power down")).toBe(false);
});
