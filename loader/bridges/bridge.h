/* What every bridge has to know of Lamina's operations, whichever host it leads to
 *
 * A bridge makes an operation of its host of each of ours. It names none of them: what it must know
 * is in their classes.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

/* An operation as its class describes it. Stays for the life of the process. */
typedef struct
{
  const gchar *name;
  LaminaOperationClass *klass;
  GPtrArray *inputs, *parameters, *outputs; /* of GParamSpec, as they were added */
} BridgeOperation;

/* All operations of all plug-ins, which the first call loads: an array of BridgeOperation, ordered
 * by name. */
const GPtrArray *bridge_list_operations (void);

/* The operation's first output of that type, or NULL. */
GParamSpec *bridge_operation_find_output (const BridgeOperation *operation, GType type);

/* Whether it consumes, as writers do. */
gboolean bridge_operation_is_sink (const BridgeOperation *operation);

/* The name as hosts without "-" in theirs have it: "parallel_segment". */
gchar *bridge_make_name (const gchar *name);

/* What the property is, with the range of its numbers: for hosts that cannot be told of a range
 * without replacing what lies out of it in silence, where it should be an error. */
gchar *bridge_describe (GParamSpec *property);

/* The message without the "name: " that it may begin with, for hosts that say the name themselves.
 */
const gchar *bridge_get_message (const GError *error, const gchar *name);

/* What is given to an operation, name by name. */
typedef struct _BridgeValues BridgeValues;

BridgeValues *bridge_values_new (void);
void bridge_values_free (BridgeValues *values);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BridgeValues, bridge_values_free)

/* A value to be filled in, of that type; it and @name are kept until the values are freed. */
GValue *bridge_values_add (BridgeValues *values, const gchar *name, GType type);

/* Makes and opens the operation @name with them. */
LaminaOperation *bridge_values_open (BridgeValues *values, const gchar *name,
                                     GCancellable *cancellable, GError **error);

/* Opens an image by its location, with the first source that can, and with @values for its other
 * properties. NULL with what the first source said where none can. */
LaminaImage *bridge_open_location (const gchar *location, BridgeValues *values,
                                   GCancellable *cancellable, GError **error);
