/* Fuzz target: one document as whatever a store's metadata may be
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "memory-store.h"
#include "meta.h"
#include "ome.h"
#include "ome-choice.h"
#include "target.h"

/* What the groups name below them, as far as it is looked at. */
#define ARRAY                                                                                      \
  "{\"zarr_format\":2,\"shape\":[1,1,1,4,4],\"chunks\":[1,1,1,4,4],\"dtype\":\"<u2\","             \
  "\"order\":\"C\",\"compressor\":null,\"filters\":null,\"fill_value\":0}"

static void
read_first (IdrArray *array)
{
  const gint64 start[IDR_ARRAY_MAX_DIMS] = { 0 };
  gint64 size[IDR_ARRAY_MAX_DIMS], strides[IDR_ARRAY_MAX_DIMS] = { 0 };
  const IdrArrayInfo *info = idr_array_get_info (array);
  guint64 pixel;

  for (gint d = 0; d < info->n_dims; d++)
    {
      if (info->shape[d] < 1)
        return;
      size[d] = 1;
    }
  idr_array_read (array, start, size, &pixel, strides, FALSE, NULL, NULL, NULL);
}

static void
choose (IdrStore *store, const gchar *well, const gchar *field, gint series)
{
  const IdrOmeChoice choice = { well, field, series };
  g_autoptr (IdrOmeChosen) chosen = idr_ome_choose (store, &choice, NULL, NULL, NULL);

  g_assert_true (!chosen || chosen->n_paths > 0);
}

static void
open_all (IdrStore *store)
{
  g_autoptr (IdrArray) array = idr_array_open (store, "", NULL, NULL, NULL);
  g_autoptr (IdrOme) ome = idr_ome_open (store, "", NULL, NULL, NULL);

  g_assert_true (!ome || (ome->n_levels > 0 && ome->y >= 0 && ome->x >= 0));
  choose (store, "", "", -1);
  choose (store, "B/3", "all", 1);
  if (array)
    read_first (array);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const gchar *const keys[] = { ".zarray", ".zattrs", "zarr.json" };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (IdrStore) store = memory_store_new ();

      memory_store_put_text (store, "0/.zarray", ARRAY);
      memory_store_put_text (store, ".zgroup", "{\"zarr_format\":2}");
      memory_store_put (store, keys[i], size ? (gconstpointer)data : "", (gssize)size);
      idr_array_set_cache_size (1 << 16);
      open_all (store);
      /* The engine looks for leaks in what an input leaves behind. */
      idr_array_set_cache_size (0);
    }
  return 0;
}
