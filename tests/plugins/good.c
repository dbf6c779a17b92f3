/* A third party's plug-in: one operation that it lists, and one that its scan finds
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina.h"

#define THIRD_TYPE_PARTY (third_party_get_type ())
G_DECLARE_FINAL_TYPE (ThirdParty, third_party, THIRD, PARTY, LaminaOperation)

struct _ThirdParty
{
  LaminaOperation parent_instance;

  gint question;
  gchar *answer;
};

G_DEFINE_FINAL_TYPE (ThirdParty, third_party, LAMINA_TYPE_OPERATION)

static gboolean
third_party_open (LaminaOperation *operation, GCancellable *cancellable, GError **error)
{
  ThirdParty *self = THIRD_PARTY (operation);

  self->answer = g_strdup_printf ("%s: %d", lamina_operation_get_name (operation), self->question);
  return TRUE;
}

static void
third_party_init (ThirdParty *self)
{
}

static void
third_party_class_init (ThirdPartyClass *klass)
{
  LaminaOperationClass *operation_class = LAMINA_OPERATION_CLASS (klass);

  operation_class->open = third_party_open;
  lamina_operation_class_add (operation_class,
                              g_param_spec_int ("question", "", "", 0, 100, 42, LAMINA_IN),
                              G_STRUCT_OFFSET (ThirdParty, question));
  lamina_operation_class_add (operation_class,
                              g_param_spec_string ("answer", "", "", NULL, LAMINA_OUT),
                              G_STRUCT_OFFSET (ThirdParty, answer));
}

static gboolean
scan (GError **error)
{
  GTypeQuery query;
  GType found;

  g_type_query (LAMINA_TYPE_OPERATION, &query);
  found = g_type_register_static_simple (LAMINA_TYPE_OPERATION, "ThirdFound", query.class_size,
                                         NULL, query.instance_size, NULL, 0);
  return lamina_operation_register ("third-found", found, error);
}

LAMINA_PLUGIN_DEFINE ("good", "1.0", "LGPL-2.1-or-later", "A third party's operations", scan,
                      { "third-party", third_party_get_type })
