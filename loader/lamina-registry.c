/* The registry: which operations there are, by name
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

#include <string.h>

static struct
{
  GMutex lock;
  GHashTable *types; /* of GType, by name */
} registry;

/* Lower-case words joined by "-", after an optional "library:". */
static gboolean
name_is_sound (const gchar *name)
{
  return g_ascii_islower (name[0])
         && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-_:.") == strlen (name);
}

static gboolean
check_type (const gchar *name, GType type, GError **error)
{
  if (g_type_is_a (type, LAMINA_TYPE_OPERATION) && !G_TYPE_IS_ABSTRACT (type))
    return TRUE;
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_PLUGIN, "The type of \"%s\" is not an operation's",
               name);
  return FALSE;
}

/* Whether all names of @entries may be registered; with the lock held. */
static gboolean
check_names (const LaminaEntry *entries, GError **error)
{
  g_autoptr (GHashTable) own = g_hash_table_new (g_str_hash, g_str_equal);

  for (const LaminaEntry *entry = entries; entry->name != NULL; entry++)
    {
      if (!name_is_sound (entry->name))
        g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_PLUGIN,
                     "\"%s\" is no name for an operation: lower-case words joined by \"-\" are",
                     entry->name);
      else if (g_hash_table_contains (registry.types, entry->name)
               || !g_hash_table_add (own, (gpointer)entry->name))
        g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_PLUGIN,
                     "There is an operation \"%s\" already", entry->name);
      else
        continue;
      return FALSE;
    }
  return TRUE;
}

static void
lock_registry (void)
{
  g_mutex_lock (&registry.lock);
  if (registry.types == NULL)
    registry.types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

gboolean
lamina_registry_check (const LaminaEntry *entries, GError **error)
{
  gboolean sound;

  lock_registry ();
  sound = check_names (entries, error);
  g_mutex_unlock (&registry.lock);
  return sound;
}

/* Registers @entries as of @types, all or none. */
static gboolean
add_all (const LaminaEntry *entries, const GType *types, GError **error)
{
  gboolean sound;

  lock_registry ();
  sound = check_names (entries, error);
  for (gsize i = 0; sound && entries[i].name != NULL; i++)
    g_hash_table_insert (registry.types, g_strdup (entries[i].name), GSIZE_TO_POINTER (types[i]));
  g_mutex_unlock (&registry.lock);
  return sound;
}

gboolean
lamina_registry_add (const LaminaEntry *entries, GError **error)
{
  g_autoptr (GArray) types = g_array_new (FALSE, FALSE, sizeof (GType));

  for (const LaminaEntry *entry = entries; entry->name != NULL; entry++)
    {
      GType type = entry->get_type ();

      if (!check_type (entry->name, type, error))
        return FALSE;
      g_array_append_val (types, type);
    }
  return add_all (entries, (const GType *)(gpointer)types->data, error);
}

/**
 * lamina_operation_register:
 * @name: a name for the operation: lower-case words joined by "-"
 * @type: its type, derived from #LaminaOperation and not abstract
 * @error: LAMINA_ERROR_PLUGIN where the name is taken or the type is none of an operation
 *
 * Makes an operation known for the life of the process.
 *
 * Returns: whether it was
 */
gboolean
lamina_operation_register (const gchar *name, GType type, GError **error)
{
  const LaminaEntry one[] = { { name, NULL }, { NULL, NULL } };

  g_return_val_if_fail (name != NULL, FALSE);

  return check_type (name, type, error) && add_all (one, &type, error);
}

static GType
find (const gchar *name)
{
  GType type;

  lock_registry ();
  type = GPOINTER_TO_SIZE (g_hash_table_lookup (registry.types, name));
  g_mutex_unlock (&registry.lock);
  return type;
}

/**
 * lamina_operation_find:
 * @name: a name
 *
 * Finds an operation, and loads the plug-ins of another library first where it is one of that, as
 * lamina_plugin_load_libraries() says.
 *
 * Returns: the type of the operation of that name, or %G_TYPE_INVALID
 */
GType
lamina_operation_find (const gchar *name)
{
  GType type;

  g_return_val_if_fail (name != NULL, G_TYPE_INVALID);

  type = find (name);
  if (type != G_TYPE_INVALID)
    return type;
  lamina_plugin_load_library_of (name);
  return find (name);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *)a, *(const gchar *const *)b);
}

/**
 * lamina_operation_list:
 *
 * Returns: (transfer full) (array zero-terminated=1): the names of all operations that are there,
 * sorted; those of other libraries are after lamina_plugin_load_libraries()
 */
gchar **
lamina_operation_list (void)
{
  GPtrArray *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  lock_registry ();
  g_hash_table_iter_init (&iter, registry.types);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, g_strdup (name));
  g_mutex_unlock (&registry.lock);

  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (gchar **)g_ptr_array_free (names, FALSE);
}

const gchar *
lamina_registry_get_name (GType type)
{
  const gchar *found = NULL;
  GHashTableIter iter;
  gpointer name, value;

  lock_registry ();
  g_hash_table_iter_init (&iter, registry.types);
  while (found == NULL && g_hash_table_iter_next (&iter, &name, &value))
    if (GPOINTER_TO_SIZE (value) == type)
      found = name; /* never taken out again */
  g_mutex_unlock (&registry.lock);
  return found;
}

void
lamina_registry_set_missing (const gchar *name, GError **error)
{
  g_auto (GStrv) names = lamina_operation_list ();
  g_autofree gchar *hint = lamina_value_suggest (name, (const gchar *const *)names);

  if (names[0] == NULL)
    g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND,
                 "There is no operation \"%s\", nor any other: no plug-in is loaded; set "
                 "LAMINA_PLUGIN_PATH to the folder of one",
                 name);
  else
    g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_NOT_FOUND, "There is no operation \"%s\"%s",
                 name, hint);
}
