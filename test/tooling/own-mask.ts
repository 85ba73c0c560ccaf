// Before each test file: files of a process may be shared, and commands that tests run in it set its mask for new files.

process.umask(0o022);
