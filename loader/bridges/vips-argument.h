/* Arguments of libvips's operations that are made of properties of Lamina's
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "bridge.h"

#include <vips/vips.h>

/* An argument, kept in the instance at @offset. */
typedef struct
{
  GParamSpec *property; /* of ours */
  GParamSpec *theirs;
  gboolean is_negated; /* a boolean that is true if nothing is said, which theirs cannot be */
  guint offset;
} BridgeArgument;

/* The bytes that each takes in an instance. */
#define BRIDGE_ARGUMENT_SIZE sizeof (guint64)

/* NULL where libvips has no such type. Text, numbers, choices and images it has; a table becomes an
 * image. */
BridgeArgument *bridge_argument_new (GParamSpec *property, guint offset);

/* Gives it to a class that is being made. */
void bridge_argument_install (const BridgeArgument *argument, VipsObjectClass *klass,
                              VipsArgumentFlags flags, gint priority);

/* Sets it to its default in an instance that is being made. */
void bridge_argument_init (const BridgeArgument *argument, VipsObject *object);

/* Adds what was given to @values. FALSE with @error where an image cannot be read. */
gboolean bridge_argument_take (const BridgeArgument *argument, VipsObject *object,
                               BridgeValues *values, GError **error);

/* The image that was given for an input. */
VipsImage *bridge_argument_get_image (const BridgeArgument *argument, VipsObject *object);
