/* Plug-ins: found, checked, loaded for good
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "lamina-private.h"

#include <string.h>

/* Descriptors of plug-ins that are there: a second time is no error, and no work. The folders were
 * asked for all that they have, and of their own folders those in @libraries were read. Recursive,
 * since a plug-in's scan may load another. */
static struct
{
  GRecMutex lock;
  GHashTable *plugins;
  GPtrArray *folders;
  GHashTable *libraries;
} added;

static gboolean
check_descriptor (const LaminaPlugin *plugin, GError **error)
{
  if (plugin->abi != LAMINA_ABI)
    g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_PLUGIN,
                 "It was made for version %u of the plug-in interface, and this is version %u: "
                 "it must be compiled anew",
                 plugin->abi, LAMINA_ABI);
  else if (plugin->size < sizeof *plugin)
    g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_PLUGIN, "Its descriptor is too short");
  else
    return TRUE;
  return FALSE;
}

static gboolean
scan (const LaminaPlugin *plugin, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (plugin->scan == NULL || plugin->scan (&problem))
    return TRUE;
  if (problem == NULL)
    g_set_error (&problem, LAMINA_ERROR, LAMINA_ERROR_PLUGIN,
                 "Its scan failed and did not say why");
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/**
 * lamina_plugin_add: (skip)
 * @plugin: a descriptor that stays for the life of the process
 * @error: LAMINA_ERROR_PLUGIN, or what the plug-in's scan said
 *
 * Makes the operations of a plug-in known: those that its scan finds, and then those that it lists,
 * all of them or none. Nothing that @plugin names is called before its ABI was found to be this
 * library's, and its names to be free.
 *
 * Returns: whether they are
 */
gboolean
lamina_plugin_add (const LaminaPlugin *plugin, GError **error)
{
  static const LaminaEntry none[] = { { NULL, NULL } };
  const LaminaEntry *operations;
  gboolean done = TRUE;

  g_return_val_if_fail (plugin != NULL, FALSE);

  if (!check_descriptor (plugin, error))
    return FALSE;
  operations = plugin->operations != NULL ? plugin->operations : none;

  g_rec_mutex_lock (&added.lock);
  if (added.plugins == NULL)
    added.plugins = g_hash_table_new (NULL, NULL);
  if (!g_hash_table_contains (added.plugins, plugin))
    {
      done = lamina_registry_check (operations, error) && scan (plugin, error)
             && lamina_registry_add (operations, error);
      if (done)
        g_hash_table_add (added.plugins, (gpointer)plugin);
    }
  g_rec_mutex_unlock (&added.lock);
  return done;
}

static gboolean
load (const gchar *path, GError **error)
{
  GModule *module;
  gpointer plugin = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_PLUGIN, "There is no such file");
      return FALSE;
    }
  /* Bound at once, so that a missing symbol shows now and not in the middle of a run. */
  module = g_module_open (path, G_MODULE_BIND_LOCAL);
  if (module == NULL)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_PLUGIN, "%s", g_module_error ());
      return FALSE;
    }
  if (!g_module_symbol (module, "lamina_plugin", &plugin) || plugin == NULL)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_PLUGIN,
                   "It is a library, but no plug-in of Lamina: it has no symbol \"lamina_plugin\"");
      g_module_close (module);
      return FALSE;
    }
  /* Its types may be registered, even where it fails half-way. */
  g_module_make_resident (module);
  return lamina_plugin_add (plugin, error);
}

/**
 * lamina_plugin_load:
 * @path: the file of a plug-in
 * @error: LAMINA_ERROR_PLUGIN: what is wrong with it
 *
 * Loads a plug-in, for the life of the process. One that is loaded is not loaded again.
 *
 * Returns: whether its operations are there
 */
gboolean
lamina_plugin_load (const gchar *path, GError **error)
{
  g_autofree gchar *absolute = NULL;

  g_return_val_if_fail (path != NULL, FALSE);

  absolute = g_canonicalize_filename (path, NULL);
  if (load (absolute, error))
    return TRUE;
  g_prefix_error (error, "The plug-in %s does not load: ", absolute);
  return FALSE;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *)a, *(const gchar *const *)b);
}

/* Loads what lies in @folder; a plug-in that does not load is a warning, since the others may do.
 */
static void
load_folder (const gchar *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const gchar *name;

  if (dir == NULL)
    {
      g_warning ("No plug-ins are read from %s: %s", folder, error->message);
      return;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, "." G_MODULE_SUFFIX))
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (GError) problem = NULL;

      if (!lamina_plugin_load (names->pdata[i], &problem))
        g_warning ("%s", problem->message);
    }
}

/* --- Other libraries' operations ---------------------------------------------------------- */

static void
add_folder (const gchar *folder)
{
  g_rec_mutex_lock (&added.lock);
  if (added.folders == NULL)
    {
      added.folders = g_ptr_array_new_with_free_func (g_free);
      added.libraries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    }
  if (!g_ptr_array_find_with_equal_func (added.folders, folder, g_str_equal, NULL))
    g_ptr_array_add (added.folders, g_strdup (folder));
  g_rec_mutex_unlock (&added.lock);
  load_folder (folder);
}

/* Loads the plug-ins in @folder/@library, where there is such a folder that was not read. */
static void
load_library (const gchar *folder, const gchar *library)
{
  g_autofree gchar *path = g_build_filename (folder, library, NULL);

  if (g_file_test (path, G_FILE_TEST_IS_DIR) && g_hash_table_add (added.libraries, g_strdup (path)))
    load_folder (path);
}

void
lamina_plugin_load_library_of (const gchar *name)
{
  const gsize length = strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-_");
  g_autofree gchar *library = g_strndup (name, length);

  if (length == 0 || name[length] != ':')
    return;
  g_rec_mutex_lock (&added.lock);
  for (guint i = 0; added.folders != NULL && i < added.folders->len; i++)
    load_library (added.folders->pdata[i], library);
  g_rec_mutex_unlock (&added.lock);
}

/**
 * lamina_plugin_load_libraries:
 *
 * Loads what lamina_plugin_load_all() leaves until it is asked for: the plug-ins that bring
 * operations of other libraries. Those of the library NAME lie in a folder NAME beside the others,
 * and their operations are called "NAME:OPERATION"; whoever asks for one of them by its name need
 * not call this.
 */
void
lamina_plugin_load_libraries (void)
{
  g_rec_mutex_lock (&added.lock);
  for (guint i = 0; added.folders != NULL && i < added.folders->len; i++)
    {
      g_autoptr (GDir) dir = g_dir_open (added.folders->pdata[i], 0, NULL);
      const gchar *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        load_library (added.folders->pdata[i], name);
    }
  g_rec_mutex_unlock (&added.lock);
}

/**
 * lamina_plugin_load_all:
 *
 * Loads the plug-ins of the folders in the environment variable `LAMINA_PLUGIN_PATH` (separated by
 * ":"), else those of the folder where the library was installed. What does not load is told in a
 * warning of the log domain "lamina". Folders in them are left to lamina_plugin_load_libraries().
 */
void
lamina_plugin_load_all (void)
{
  const gchar *path = g_getenv ("LAMINA_PLUGIN_PATH");
  g_auto (GStrv) folders = NULL;

  if (path == NULL || path[0] == '\0')
    {
      /* Where nothing was installed, whoever looks for an operation hears of it. */
      if (g_file_test (LAMINA_PLUGIN_DIR, G_FILE_TEST_IS_DIR))
        add_folder (LAMINA_PLUGIN_DIR);
      return;
    }
  folders = g_strsplit (path, G_SEARCHPATH_SEPARATOR_S, -1);
  for (gsize i = 0; folders[i] != NULL; i++)
    if (folders[i][0] != '\0')
      add_folder (folders[i]);
}
