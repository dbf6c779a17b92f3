/* IDR's catalogue of samples, as of August 2026
 *
 * Facts from https://github.com/IDR/ome-ngff-samples (_data/table.csv): image ids and where their
 * copies lie. Sorted by id; of one image the versions 0.4, 0.3, 0.2, 0.1, 0.5.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "catalogue.h"

static const IdrCatalogueEntry entries[] = {
  { 179693, "zarr/v0.1/plates/422.zarr/E/4/0" },
  { 179706, "zarr/v0.1/179706.zarr" },
  { 692166, "zarr/v0.1/plates/1751.zarr/G/8/0" },
  { 1230059, "zarr/v0.4/idr0001A/2551.zarr/F/6/0" },
  { 1230059, "zarr/v0.1/plates/2551.zarr/E/10/0" },
  { 1483351, "zarr/v0.4/idr0013A/3451.zarr/A/2/0" },
  { 1884807, "zarr/v0.1/1884807.zarr" },
  { 1885619, "zarr/v0.1/1885619.zarr" },
  { 1921421, "zarr/v0.5/idr0010/76-45.ome.zarr/A/2/0" },
  { 3231627, "zarr/v0.1/plates/5966.zarr/P/8/0" },
  { 3261701, "zarr/v0.5/idr0026/3.66.9-6.141020_15-41-29.00.ome.zarr/0" },
  { 3491626, "zarr/v0.3/idr0040A/3491626.zarr" },
  { 4007801, "zarr/v0.4/idr0044A/4007801.zarr" },
  { 4007817, "zarr/v0.3/idr0051A/4007817.zarr" },
  { 4007817, "zarr/v0.5/idr0051/180712_H2B_22ss_Courtney1_20180712-163837_p00_c00_preview.zarr/0" },
  { 4495402, "zarr/v0.1/4495402.zarr" },
  { 4496763, "zarr/v0.4/idr0047A/4496763.zarr" },
  { 5025551, "zarr/v0.4/idr0054A/5025551.zarr" },
  { 5025552, "zarr/v0.4/idr0054A/5025552.zarr" },
  { 5025553, "zarr/v0.4/idr0054A/5025553.zarr" },
  { 5514375, "zarr/v0.4/idr0052A/5514375.zarr" },
  { 5514375, "zarr/v0.3/idr0052A/5514375.zarr" },
  { 6001237, "zarr/v0.1/6001237.zarr" },
  { 6001238, "zarr/v0.1/6001238.zarr" },
  { 6001239, "zarr/v0.1/6001239.zarr" },
  { 6001240, "zarr/v0.4/idr0062A/6001240.zarr" },
  { 6001240, "zarr/v0.2/6001240.zarr" },
  { 6001240, "zarr/v0.1/6001240.zarr" },
  { 6001240, "zarr/v0.5/idr0062A/6001240_labels.zarr" },
  { 6001241, "zarr/v0.1/6001241.zarr" },
  { 6001242, "zarr/v0.1/6001242.zarr" },
  { 6001243, "zarr/v0.1/6001243.zarr" },
  { 6001244, "zarr/v0.1/6001244.zarr" },
  { 6001245, "zarr/v0.1/6001245.zarr" },
  { 6001246, "zarr/v0.1/6001246.zarr" },
  { 6001247, "zarr/v0.4/idr0062A/6001247.zarr" },
  { 6001247, "zarr/v0.2/6001247.zarr" },
  { 6001247, "zarr/v0.1/6001247.zarr" },
  { 6001248, "zarr/v0.1/6001248.zarr" },
  { 6001249, "zarr/v0.1/6001249.zarr" },
  { 6001250, "zarr/v0.1/6001250.zarr" },
  { 6001251, "zarr/v0.1/6001251.zarr" },
  { 6001252, "zarr/v0.1/6001252.zarr" },
  { 6001253, "zarr/v0.1/6001253.zarr" },
  { 6001254, "zarr/v0.1/6001254.zarr" },
  { 6001255, "zarr/v0.1/6001255.zarr" },
  { 6001256, "zarr/v0.1/6001256.zarr" },
  { 6001257, "zarr/v0.1/6001257.zarr" },
  { 6001258, "zarr/v0.1/6001258.zarr" },
  { 8343602, "zarr/v0.5/idr0066/ExpA_VIP_ASLM_on.zarr" },
  { 8343616, "zarr/v0.5/idr0066/ExpD_chicken_embryo_MIP.ome.zarr" },
  { 9528933, "zarr/v0.3/idr0075A/9528933.zarr" },
  { 9621401, "zarr/v0.4/idr0056B/7361.zarr/A/1/0" },
  { 9798462, "zarr/v0.4/idr0073A/9798462.zarr" },
  { 9822151, "zarr/v0.1/9822151.zarr" },
  { 9822152, "zarr/v0.4/idr0083A/9822152.zarr" },
  { 9822152, "zarr/v0.1/9822152.zarr" },
  { 9822152, "zarr/v0.5/idr0083/9822152.zarr" },
  { 9836831, "zarr/v0.1/9836831.zarr" },
  { 9836832, "zarr/v0.1/9836832.zarr" },
  { 9836833, "zarr/v0.1/9836833.zarr" },
  { 9836834, "zarr/v0.1/9836834.zarr" },
  { 9836835, "zarr/v0.1/9836835.zarr" },
  { 9836836, "zarr/v0.1/9836836.zarr" },
  { 9836837, "zarr/v0.1/9836837.zarr" },
  { 9836838, "zarr/v0.1/9836838.zarr" },
  { 9836839, "zarr/v0.1/9836839.zarr" },
  { 9836840, "zarr/v0.1/9836840.zarr" },
  { 9836841, "zarr/v0.1/9836841.zarr" },
  { 9836842, "zarr/v0.3/9836842.zarr" },
  { 9836842, "zarr/v0.1/9836842.zarr" },
  { 9836843, "zarr/v0.1/9836843.zarr" },
  { 9836844, "zarr/v0.1/9836844.zarr" },
  { 9836845, "zarr/v0.1/9836845.zarr" },
  { 9836846, "zarr/v0.1/9836846.zarr" },
  { 9836950, "zarr/v0.1/9836950.zarr" },
  { 9836998, "zarr/v0.4/idr0079A/idr0079_images.zarr/0" },
  { 9836998, "zarr/v0.3/idr0079A/9836998.zarr" },
  { 9838562, "zarr/v0.2/idr0070A/9838562.zarr/0" },
  { 9846151, "zarr/v0.4/idr0048A/9846151.zarr/0" },
  { 9846152, "zarr/v0.4/idr0048A/9846152.zarr" },
  { 10501752, "zarr/v0.4/idr0076A/10501752.zarr" },
  { 10503791, "zarr/v0.3/idr0094A/7751.zarr/C/11/0" },
  { 10568780, "zarr/v0.1/plates/7825.zarr/D/5/0" },
  { 11511419, "zarr/v0.3/idr0095B/11511419.zarr" },
  { 11511420, "zarr/v0.3/idr0095B/11511420.zarr" },
  { 11511421, "zarr/v0.3/idr0095B/11511421.zarr" },
  { 11511422, "zarr/v0.3/idr0095B/11511422.zarr" },
  { 11511423, "zarr/v0.3/idr0095B/11511423.zarr" },
  { 11511424, "zarr/v0.3/idr0095B/11511424.zarr" },
  { 12539701, "zarr/v0.5/idr0090/190129.zarr/B/2/0" },
  { 12689244, "zarr/v0.1/12689244.zarr" },
  { 12867352, "zarr/v0.4/idr0072B/9512.zarr/L/24/0" },
  { 12922361, "zarr/v0.3/idr0109A/12922361.zarr" },
  { 13457227, "zarr/v0.4/idr0101A/13457227.zarr" },
  { 13457537, "zarr/v0.4/idr0101A/13457537.zarr" },
  { 13457539, "zarr/v0.4/idr0101A/13457539.zarr" },
  { 13966432, "zarr/v0.4/idr0128E/9701.zarr/A/12/0" },
  { 14002892, "zarr/v0.5/idr0033A/BR00109990_C2.zarr/0" },
  { 15154182, "zarr/v0.5/idr0157/Asterella gracilis SWE/IMG_1033-1112 Asterella gracilis (Mannia "
              "gracilis) stature.ome.zarr" },
};

const IdrCatalogueEntry *
idr_catalogue_find (gint64 id, gsize *n)
{
  gsize low = 0, high = G_N_ELEMENTS (entries);

  while (low < high)
    {
      const gsize middle = low + (high - low) / 2;

      if (entries[middle].id < id)
        low = middle + 1;
      else
        high = middle;
    }
  for (high = low; high < G_N_ELEMENTS (entries) && entries[high].id == id;)
    high++;
  *n = high - low;
  return high > low ? &entries[low] : NULL;
}
