// SPDX-License-Identifier: GPL-2.0
/*
 * Hands `reboot "0 tryboot"` to a Raspberry Pi's firmware, so that it starts the other slot once. The Raspberry Pi's own kernel does it
 * in its firmware driver; Debian's kernel, which is the one of kernel.org, forgets the words.
 *
 * Shows what that firmware has seen of the supply, too, as /sys/module/numberbox_tryboot/parameters/throttled: the word of `vcgencmd
 * get_throttled`, in hex, and as temperature beside it the processor's heat in thousandths of a degree. The Raspberry Pi's own kernel has files
 * for both; Debian's is built without the driver that tells low voltage, and its device tree of a Raspberry Pi 5 has no sensor.
 */
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/notifier.h>
#include <linux/of.h>
#include <linux/reboot.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <soc/bcm2835/raspberrypi-firmware.h>

/* Tag of the firmware's property mailbox that the kernel's header does not have, and its one flag. */
#define SET_REBOOT_FLAGS 0x00038064
#define TRYBOOT 1

static struct rpi_firmware *firmware;

static int tell(struct notifier_block *block, unsigned long action, void *words)
{
	u32 flags = TRYBOOT;
	int failed;

	if (action != SYS_RESTART || !words || !strstr(words, "tryboot"))
		return NOTIFY_DONE;
	if (!firmware) {
		pr_warn("numberbox_tryboot: there is no Raspberry Pi's firmware\n");
		return NOTIFY_DONE;
	}
	failed = rpi_firmware_property(firmware, SET_REBOOT_FLAGS, &flags, sizeof(flags));
	if (failed)
		pr_err("numberbox_tryboot: the firmware refuses a try: %d\n", failed);
	else
		pr_notice("numberbox_tryboot: the next start is a try\n");
	return NOTIFY_DONE;
}

static struct notifier_block block = { .notifier_call = tell };

static int get_throttled(char *buffer, const struct kernel_param *param)
{
	/* Going in, these are the bits "since the start" to be forgotten: none. */
	u32 word = 0;
	int failed;

	if (!firmware)
		return -ENODEV;
	failed = rpi_firmware_property(firmware, RPI_FIRMWARE_GET_THROTTLED, &word, sizeof(word));
	return failed ? failed : sysfs_emit(buffer, "%x\n", word);
}

static int get_temperature(char *buffer, const struct kernel_param *param)
{
	/* Its one sensor; the answer comes in the second word. */
	struct { __le32 sensor, millidegrees; } __packed told = {};
	int failed;

	if (!firmware)
		return -ENODEV;
	failed = rpi_firmware_property(firmware, RPI_FIRMWARE_GET_TEMPERATURE, &told, sizeof(told));
	return failed ? failed : sysfs_emit(buffer, "%u\n", le32_to_cpu(told.millidegrees));
}

static const struct kernel_param_ops temperature_ops = { .get = get_temperature };
module_param_cb(temperature, &temperature_ops, NULL, 0444);
MODULE_PARM_DESC(temperature, "The processor's heat, in thousandths of a degree");

static const struct kernel_param_ops throttled_ops = { .get = get_throttled };
module_param_cb(throttled, &throttled_ops, NULL, 0444);
MODULE_PARM_DESC(throttled, "What the firmware has seen of the supply, as vcgencmd get_throttled tells it");

static int __init tryboot_init(void)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "raspberrypi,bcm2835-firmware");

	if (node) {
		firmware = rpi_firmware_get(node);
		of_node_put(node);
		if (!firmware)
			return -ENODEV;
	}
	return register_reboot_notifier(&block);
}

static void __exit tryboot_exit(void)
{
	unregister_reboot_notifier(&block);
	if (firmware)
		rpi_firmware_put(firmware);
}

/* udev loads it where this firmware is, and nowhere else. */
static const struct of_device_id boards[] = {
	{ .compatible = "raspberrypi,bcm2835-firmware" },
	{}
};
MODULE_DEVICE_TABLE(of, boards);

module_init(tryboot_init);
module_exit(tryboot_exit);
MODULE_DESCRIPTION("One start of the other slot by the Raspberry Pi's firmware, and what that has seen of the supply");
MODULE_LICENSE("GPL");
