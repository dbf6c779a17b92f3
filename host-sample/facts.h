/* What is known of an image, as one dictionary
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

/* A floating a{sv}: what every image has, under fixed names, followed by what its source knows
 * besides. */
GVariant *facts_new (const LaminaInfo *info);

/* The dictionary as a JSON object, numbers as numbers. */
gchar *facts_to_json (GVariant *facts);

/* The dictionary as lines for people; colours are shown where @on_terminal. */
gchar *facts_to_text (GVariant *facts, gboolean on_terminal);
