// SPDX-License-Identifier: GPL-2.0
/*
 * Hands `reboot "0 tryboot"` to a Raspberry Pi's firmware, so that it starts the other slot once. The Raspberry Pi's own kernel does it
 * in its firmware driver; Debian's kernel, which is the one of kernel.org, forgets the words.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/of.h>
#include <linux/reboot.h>
#include <linux/string.h>
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

module_init(tryboot_init);
module_exit(tryboot_exit);
MODULE_DESCRIPTION("One start of the other slot by the Raspberry Pi's firmware");
MODULE_LICENSE("GPL");
