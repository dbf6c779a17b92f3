/* A zip archive, in a folder or on a server, as a store: its entries by name, stored or deflated
 *
 * The directory at the archive's end is read once, when somebody first waits. From then on an entry
 * that is asked for as a whole is fetched at once, as it is; what is made of it, and ranges of one
 * that is stored as it is, are for whoever waits.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "backend.h"
#include "fetch.h"
#include <zlib.h>

#define END_SIZE ((gsize)22)
#define ENTRY_SIZE ((gsize)46)
#define HEADER_SIZE ((gint64)30)
/* An entry's header may have more than the directory tells: it is fetched in one with up to so much
 * more. */
#define MORE_HEADER 64
#define MAX_COMMENT ((gsize)65535)
#define MAX_DIRECTORY ((gint64)256 << 20)

typedef struct
{
  gint64 offset;       /* of its header in the archive */
  gint64 lead;         /* bytes of the header, as far as the directory tells */
  gint64 stored, size; /* bytes, compressed and not */
  gint method;         /* 0: stored, 8: deflated */
} Entry;

typedef struct
{
  IdrStore store;
  IdrStore *base; /* what the archive is in */
  gchar *archive; /* its key there */
  gchar *prefix;  /* of the names that are keys: "" or "a/" */
  gchar *shown;
  GMutex lock;         /* for the next two */
  GHashTable *entries; /* of Entry, by key; NULL: not read yet */
} ZipStore;

static gpointer
refuse (GError **error, const ZipStore *zip, const gchar *what)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: %s", zip->shown, what);
  return NULL;
}

/* --- The directory ---------------------------------------------------------------------- */

static guint32
get16 (const guint8 *at)
{
  return at[0] | (guint32)at[1] << 8;
}

static guint32
get32 (const guint8 *at)
{
  return get16 (at) | get16 (at + 2) << 16;
}

static GBytes *
read_range (ZipStore *zip, gint64 offset, gint64 length, GError **error)
{
  g_autoptr (IdrFetch) fetch
      = idr_store_fetch (zip->base, zip->archive, offset, length, (gsize)length);
  return idr_fetch_wait (fetch, NULL, NULL, error);
}

/* Adds the entry at @at, which @left bytes are left for; how many it takes, 0 if it is none. */
static gsize
add_entry (ZipStore *zip, GHashTable *entries, const guint8 *at, gsize left)
{
  if (left < ENTRY_SIZE || get32 (at) != 0x02014b50)
    return 0;
  gsize name_size = get16 (at + 28),
        size = ENTRY_SIZE + name_size + get16 (at + 30) + get16 (at + 32);
  if (size > left)
    return 0;
  g_autofree gchar *name = g_strndup ((const gchar *)at + ENTRY_SIZE, name_size);
  gsize skip = strlen (zip->prefix);
  if (!g_str_has_prefix (name, zip->prefix) || !idr_store_check_key (name + skip, NULL))
    return size;
  Entry *entry = g_new (Entry, 1);
  *entry = (Entry){ .offset = get32 (at + 42),
                    .lead = HEADER_SIZE + (gint64)name_size + get16 (at + 30),
                    .stored = get32 (at + 20),
                    .size = get32 (at + 24),
                    .method = get16 (at + 8) & 1 ? -1 /* encrypted */ : (gint)get16 (at + 10) };
  g_hash_table_replace (entries, g_strdup (name + skip), entry);
  return size;
}

/* The archive's last record, in @tail. */
static const guint8 *
find_end (const guint8 *tail, gsize size)
{
  for (gsize back = END_SIZE; back <= size; back++)
    {
      const guint8 *at = tail + size - back;
      if (get32 (at) == 0x06054b50 && get16 (at + 20) + END_SIZE == back)
        return at;
    }
  return NULL;
}

static GHashTable *
read_directory (ZipStore *zip, GError **error)
{
  g_autoptr (GBytes) tail = read_range (zip, -1, (gint64)(END_SIZE + MAX_COMMENT), error);
  if (tail == NULL)
    return NULL;
  const guint8 *end = find_end (g_bytes_get_data (tail, NULL), g_bytes_get_size (tail));
  if (end == NULL)
    return refuse (error, zip, "is no zip archive");
  gint64 size = get32 (end + 12), offset = get32 (end + 16);
  if (size == G_MAXUINT32 || offset == G_MAXUINT32 || size > MAX_DIRECTORY)
    return refuse (error, zip, "is larger than the 4 GiB that can be read of a zip");
  g_autoptr (GHashTable) entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GBytes) bytes
      = size > 0 ? read_range (zip, offset, size, error) : g_bytes_new_static ("", 0);
  if (bytes == NULL)
    return NULL;
  gsize left = g_bytes_get_size (bytes);
  const guint8 *at = g_bytes_get_data (bytes, NULL);
  while (left > 0)
    {
      gsize n = add_entry (zip, entries, at, left);
      if (n == 0)
        return refuse (error, zip, "its directory is damaged");
      at += n;
      left -= n;
    }
  return g_steal_pointer (&entries);
}

/* The entry @key; NOT_FOUND where there is none. */
static gboolean
find_entry (ZipStore *zip, const gchar *key, Entry *entry, GError **error)
{
  g_mutex_lock (&zip->lock);
  if (zip->entries == NULL)
    zip->entries = read_directory (zip, error);
  gboolean known = zip->entries != NULL;
  const Entry *found = known ? g_hash_table_lookup (zip->entries, key) : NULL;
  if (found != NULL)
    *entry = *found;
  g_mutex_unlock (&zip->lock);
  if (known && found == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s/%s: there is no such entry",
                 zip->shown, key);
  return found != NULL;
}

/* --- Entries ------------------------------------------------------------------------------ */

static GBytes *
inflate_entry (const ZipStore *zip, const Entry *entry, GBytes *stored, GError **error)
{
  g_autofree guint8 *data = g_try_malloc (MAX ((gsize)entry->size, 1));
  z_stream stream = { .next_in = (Bytef *)(gsize)g_bytes_get_data (stored, NULL),
                      .avail_in = (guint)g_bytes_get_size (stored),
                      .next_out = data,
                      .avail_out = (guint)entry->size };
  if (data == NULL || inflateInit2 (&stream, -MAX_WBITS) != Z_OK)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "%s: no memory", zip->shown);
      return NULL;
    }
  gboolean whole = inflate (&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd (&stream);
  if (!whole)
    return refuse (error, zip, "an entry of it is damaged");
  return g_bytes_new_take (g_steal_pointer (&data), (gsize)entry->size);
}

/* @length stored bytes of the entry from @offset on: behind its header, which has a size of its
 * own. @fetch may have it all on its way. */
static GBytes *
read_stored (ZipStore *zip, const IdrFetch *fetch, const Entry *entry, gint64 offset, gint64 length,
             GError **error)
{
  g_autoptr (GBytes) header = fetch->transfer != NULL
                                  ? idr_fetch_wait (fetch->transfer, NULL, NULL, error)
                                  : read_range (zip, entry->offset, HEADER_SIZE, error);
  if (header == NULL)
    return NULL;
  const guint8 *at = g_bytes_get_data (header, NULL);
  if (g_bytes_get_size (header) < (gsize)HEADER_SIZE || get32 (at) != 0x04034b50)
    return refuse (error, zip, "an entry of it has no header");
  if (length == 0)
    return g_bytes_new_static ("", 0);
  gint64 first = HEADER_SIZE + get16 (at + 26) + get16 (at + 28) + offset;
  if (first + length <= (gint64)g_bytes_get_size (header))
    return g_bytes_new_from_bytes (header, (gsize)first, (gsize)length);
  g_autoptr (GBytes) bytes = read_range (zip, entry->offset + first, length, error);
  if (bytes != NULL && g_bytes_get_size (bytes) != (gsize)length)
    return refuse (error, zip, "an entry of it is cut short");
  return g_steal_pointer (&bytes);
}

static GBytes *
read_entry (ZipStore *zip, const IdrFetch *fetch, GError **error)
{
  Entry entry = { 0 };
  gint64 offset, length;
  if (!find_entry (zip, fetch->key, &entry, error)
      || !idr_fetch_get_range (fetch, entry.size, zip->shown, &offset, &length, error))
    return NULL;
  if (entry.method == 0 && entry.stored == entry.size)
    return read_stored (zip, fetch, &entry, offset, length, error);
  if (entry.method != 8 || (gsize)entry.size / 1032 > (gsize)entry.stored)
    return refuse (error, zip, "an entry of it is neither stored nor deflated");
  g_autoptr (GBytes) stored = read_stored (zip, fetch, &entry, 0, entry.stored, error);
  g_autoptr (GBytes) all = stored != NULL ? inflate_entry (zip, &entry, stored, error) : NULL;
  return all != NULL ? g_bytes_new_from_bytes (all, (gsize)offset, (gsize)length) : NULL;
}

/* --- The backend -------------------------------------------------------------------------- */

/* Whether @key is known to be an entry. Waits for nobody who reads the directory. */
static gboolean
peek_entry (ZipStore *zip, const gchar *key, Entry *entry)
{
  if (!g_mutex_trylock (&zip->lock))
    return FALSE;
  const Entry *found = zip->entries != NULL ? g_hash_table_lookup (zip->entries, key) : NULL;
  if (found != NULL)
    *entry = *found;
  g_mutex_unlock (&zip->lock);
  return found != NULL;
}

static void
zip_store_start (IdrStore *store, IdrFetch *fetch)
{
  Entry entry = { 0 };
  ZipStore *zip = (ZipStore *)store;
  if (fetch->offset != 0 || fetch->length != 0 || !peek_entry (zip, fetch->key, &entry)
      || (guint64)entry.stored > fetch->limit)
    return;
  gint64 size = entry.lead + MORE_HEADER + entry.stored;
  fetch->transfer = idr_store_fetch (zip->base, zip->archive, entry.offset, size, (gsize)size);
}

static void
zip_store_hurry (IdrFetch *fetch)
{
  idr_fetch_hurry (fetch->transfer);
}

static void
zip_store_stop (IdrFetch *fetch)
{
  idr_fetch_unref (fetch->transfer);
}

static void
zip_store_read (IdrStore *store, IdrFetch *fetch)
{
  GError *error = NULL;
  GBytes *bytes = read_entry ((ZipStore *)store, fetch, &error);
  idr_fetch_finish (fetch, bytes, error, 0);
}

static gchar *
zip_store_get_uri (IdrStore *store, const gchar *key)
{
  return g_strconcat (((ZipStore *)store)->shown, key != NULL ? "/" : NULL, key, NULL);
}

static gboolean
zip_store_is_local (IdrStore *store)
{
  return idr_store_is_local (((ZipStore *)store)->base);
}

static gchar **
zip_store_list (IdrStore *store, const gchar *prefix, GCancellable *cancellable, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s: archives are not listed",
               ((ZipStore *)store)->shown);
  return NULL;
}

static void
zip_store_free (IdrStore *store)
{
  ZipStore *zip = (ZipStore *)store;
  idr_store_unref (zip->base);
  g_clear_pointer (&zip->entries, g_hash_table_unref);
  g_mutex_clear (&zip->lock);
  g_free (zip->archive);
  g_free (zip->prefix);
  g_free (zip->shown);
  g_free (zip);
}

static const IdrStoreBackend zip_store_backend = {
  .start = zip_store_start,
  .hurry = zip_store_hurry,
  .stop = zip_store_stop,
  .read = zip_store_read,
  .get_uri = zip_store_get_uri,
  .is_local = zip_store_is_local,
  .list = zip_store_list,
  .free = zip_store_free,
};

IdrStore *
idr_zip_store_new (const gchar *location, const IdrStoreOptions *options, GError **error)
{
  const gchar *mark = strstr (location, ".zip!");
  g_autofree gchar *archive = g_strndup (location, (gsize)(mark - location) + strlen (".zip"));
  g_autofree gchar *folder = g_path_get_dirname (archive);
  g_autoptr (IdrStore) base = idr_store_new (folder, options, error);
  const gchar *inside = mark + strlen (".zip!");
  if (base == NULL)
    return NULL;
  ZipStore *zip = g_new0 (ZipStore, 1);
  inside += *inside == '/';
  zip->store.backend = &zip_store_backend;
  g_atomic_ref_count_init (&zip->store.references);
  g_mutex_init (&zip->lock);
  zip->archive = g_path_get_basename (archive);
  zip->prefix
      = g_strconcat (inside, *inside != '\0' && !g_str_has_suffix (inside, "/") ? "/" : NULL, NULL);
  g_autofree gchar *shown = idr_store_get_uri (base, zip->archive);
  zip->shown = g_strconcat (shown, "!/", inside, NULL);
  zip->base = g_steal_pointer (&base);
  return &zip->store;
}
