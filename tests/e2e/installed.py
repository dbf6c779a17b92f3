#!/usr/bin/python3
"""What is installed is found: the command, the plug-in, and the library by a program of somebody else's.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import subprocess

from harness import BUILD, SAMPLE, TESTS, case, folder, good, main, note, run


def install(where):
    """Installs below @where; the folder that stands for the prefix."""
    subprocess.run(["meson", "install", "-C", os.path.join(BUILD, ".."), "--no-rebuild", "--quiet", "--destdir", where],
                   check=True, stdout=subprocess.DEVNULL)
    for path, _, files in os.walk(where):
        if "lamina-1.pc" in files:
            return path
    raise AssertionError("no lamina-1.pc was installed")


@case
def found():
    """a program that knows pkg-config builds, runs, and finds the plug-in; so does the command"""
    with folder() as out:
        pkgconfig = install(out)
        libraries = os.path.dirname(pkgconfig)
        environment = dict(os.environ, LD_LIBRARY_PATH=libraries,
                           LAMINA_PLUGIN_PATH=os.path.join(libraries, "lamina-1"),
                           PKG_CONFIG_PATH=pkgconfig, PKG_CONFIG_SYSROOT_DIR=out)
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "lamina-1"], env=environment, check=True, text=True,
                               stdout=subprocess.PIPE).stdout.split()
        # The sysroot stands for what is installed below it; GLib is not.
        flags = [flag if os.path.exists(flag[2:]) or flag[:2] == "-l" else flag.replace(out, "") for flag in flags]
        program = f"{out}/count-objects"
        good(run("cc", "-std=gnu11", "-o", program, os.path.join(TESTS, "count-objects.c"), *flags, env=environment))
        result = good(run(program, SAMPLE, env=environment))
        note(result.out)
        assert len(result.out.splitlines()) == 3
        prefix = libraries[:libraries.index("/lib")] if "/usr/local" not in libraries else f"{out}/usr/local"
        listed = good(run(f"{prefix}/bin/lamina", "list", env=environment))
        assert "parallel-segment" in listed.out


if __name__ == "__main__":
    main()
