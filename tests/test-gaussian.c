/* The smoothing of patches beside a naive one of the whole plane or stack, on every instruction set
 * of this machine
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "naive-segment.h"
#include "smoothed.h"

#include <math.h>
#include <string.h>

/* A stack, and what comes out when it is smoothed as a whole. */
typedef struct
{
  IdrPixel pixel;
  gint64 width, height, depth;
  gdouble sigma;
  guint8 *pixels, *smoothed;
} Stack;

static void
stack_clear (Stack *stack)
{
  g_free (stack->pixels);
  g_free (stack->smoothed);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stack, stack_clear)

/* Cells in noise, or few values, or flat areas just where whole numbers are; up to what the type
 * holds, or less. */
static gdouble
choose_value (GRand *rand, guint kind, gdouble top, gsize i)
{
  switch (kind)
    {
    case 0:
      return top * g_rand_double (rand) * (i % 29 < 9 ? 1 : 0.3);
    case 1:
      return g_rand_int_range (rand, 0, 3);
    case 2:
      return top - (g_rand_int_range (rand, 0, 20) == 19 ? 1 : 0);
    default:
      return i % 53 < 20 ? top : floor (top / 3);
    }
}

static void
stack_fill (Stack *stack, GRand *rand)
{
  static const gdouble tops[]
      = { 255, 127, 65535, 32767, 0x1p32 - 1, 0x1p31 - 1, 0x1p53, 0x1p53, 1e30, 1e300 };
  const gsize n = stack->width * stack->height * stack->depth;
  const guint kind = g_rand_int_range (rand, 0, 4);
  const gdouble top = g_rand_boolean (rand)
                          ? tops[stack->pixel]
                          : MIN (tops[stack->pixel], g_rand_int_range (rand, 2, 5000));

  stack->pixels = g_malloc (n * idr_pixel_get_size (stack->pixel));
  for (gsize i = 0; i < n; i++)
    naive_set (stack->pixel, stack->pixels, i, floor (choose_value (rand, kind, top, i)));
  stack->smoothed = g_memdup2 (stack->pixels, n * idr_pixel_get_size (stack->pixel));
  naive_smooth (stack->pixel, stack->smoothed, stack->width, stack->height, stack->depth,
                stack->sigma);
}

/* --- A rectangle of a plane, given no more than it needs ------------------------------ */

typedef struct
{
  IdrPatch patch;
  IdrRaster *planes;
} Cut;

static void
cut_clear (Cut *cut)
{
  for (gint64 k = 0; k < cut->patch.n_planes; k++)
    g_free ((gpointer)cut->planes[k].data);
  g_free (cut->planes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cut, cut_clear)

static IdrRaster
copy_rectangle (const Stack *stack, gint64 z, gint64 x0, gint64 y0, gint64 x1, gint64 y1)
{
  const gsize size = idr_pixel_get_size (stack->pixel);
  IdrRaster raster = { stack->pixel, NULL, (x1 - x0) * size, x1 - x0, y1 - y0 };
  guint8 *copy = g_malloc (raster.stride * raster.height);

  for (gint64 y = y0; y < y1; y++)
    memcpy (copy + (y - y0) * raster.stride,
            stack->pixels + ((z * stack->height + y) * stack->width + x0) * size, raster.stride);
  raster.data = copy;
  return raster;
}

static void
cut_make (Cut *cut, const Stack *stack, const IdrGaussian *gaussian, gint64 z, const gint64 *box)
{
  const gint64 radius
      = gaussian != NULL && stack->depth > 1 ? idr_gaussian_get_radius (gaussian) : 0;
  gint64 x0 = box[0], y0 = box[1], x1 = box[2], y1 = box[3];

  cut->patch = (IdrPatch){ .n_planes = 2 * radius + 1,
                           .plane_width = stack->width,
                           .plane_height = stack->height,
                           .x0 = x0,
                           .y0 = y0,
                           .x1 = x1,
                           .y1 = y1 };
  if (gaussian != NULL)
    idr_gaussian_get_reach (gaussian, &cut->patch, &x0, &y0, &x1, &y1);
  cut->patch.x = x0;
  cut->patch.y = y0;
  cut->planes = g_new (IdrRaster, cut->patch.n_planes);
  for (gint64 k = 0; k < cut->patch.n_planes; k++)
    cut->planes[k] = copy_rectangle (stack, idr_gaussian_mirror (z + k - radius, stack->depth), x0,
                                     y0, x1, y1);
  cut->patch.planes = cut->planes;
}

/* --- What is known of it --------------------------------------------------------------- */

static gdouble
get_expected (const Stack *stack, gint64 x, gint64 y, gint64 z)
{
  return naive_get (stack->pixel, stack->smoothed, (z * stack->height + y) * stack->width + x);
}

static void
assert_values (const Stack *stack, const IdrSmoothed *smoothed, gint64 z)
{
  const gsize size = idr_pixel_get_size (stack->pixel);
  const IdrPatch *patch = &smoothed->patch;
  const IdrRaster *values = &smoothed->values;

  for (gint64 y = patch->y0; y < patch->y1; y++)
    g_assert_cmpmem ((const guint8 *)values->data + (y - patch->y0) * values->stride,
                     values->width * size,
                     stack->smoothed + ((z * stack->height + y) * stack->width + patch->x0) * size,
                     (patch->x1 - patch->x0) * size);
}

static void
assert_bits (const Stack *stack, IdrSmoothed *smoothed, gint64 z, const IdrValue *least)
{
  const IdrPatch *patch = &smoothed->patch;
  const gint64 n_words = (patch->x1 - patch->x0 + 63) / 64;
  g_autofree guint64 *bits = g_new (guint64, n_words);

  for (gint64 y = patch->y0; y < patch->y1; y++)
    {
      idr_smoothed_compare (smoothed, y, least, bits);
      for (gint64 i = 0; i < 64 * n_words; i++)
        {
          gboolean is_inside = least != NULL && i < patch->x1 - patch->x0;
          gdouble limit = is_inside ? naive_get (stack->pixel, least, 0) : 0;

          g_assert_cmpint (bits[i / 64] >> (i % 64) & 1, ==,
                           is_inside && get_expected (stack, patch->x0 + i, y, z) >= limit);
        }
    }
}

static gdouble
get_expected_maximum (const Stack *stack, const IdrPatch *patch, gint64 z)
{
  gdouble max = (gdouble)-INFINITY;

  for (gint64 y = patch->y0; y < patch->y1; y++)
    for (gint64 x = patch->x0; x < patch->x1; x++)
      max = MAX (max, get_expected (stack, x, y, z));
  return max;
}

static void
check_box (const Stack *stack, GRand *rand, IdrIsa isa, const IdrGaussian *gaussian, gint64 z,
           const gint64 *box)
{
  const IdrKernels *kernels = idr_kernels_get (isa, stack->pixel);
  g_auto (Cut) cut = { 0 };
  gpointer memory;
  gdouble max;
  IdrSmoothed smoothed;

  cut_make (&cut, stack, gaussian, z, box);
  max = get_expected_maximum (stack, &cut.patch, z);
  memory = g_aligned_alloc (1, idr_smoothed_get_size (gaussian, kernels, &cut.patch), 64);
  idr_smoothed_make (&smoothed, gaussian, kernels, &cut.patch, TRUE, memory);
  assert_values (stack, &smoothed, z);
  g_assert_true (idr_smoothed_get_maximum (&smoothed, (gdouble)-INFINITY) == max);

  for (guint i = 0; i < 3; i++)
    {
      IdrValue least;
      gboolean any = kernels->least_above (i == 0 ? max : max * g_rand_double (rand), &least);

      idr_smoothed_make (&smoothed, gaussian, kernels, &cut.patch, FALSE, memory);
      if (i == 0)
        g_assert_true (idr_smoothed_get_maximum (&smoothed, (gdouble)INFINITY) > max);
      if (i == 1)
        g_assert_true (idr_smoothed_get_maximum (&smoothed, max / 2) == MAX (max, max / 2));
      assert_bits (stack, &smoothed, z, any ? &least : NULL);
      g_assert_true (idr_smoothed_get_maximum (&smoothed, (gdouble)-INFINITY) == max);
    }
  g_aligned_free (memory);
}

/* --- However a plane is cut ------------------------------------------------------------------ */

static void
check (const Stack *stack, GRand *rand)
{
  const gint64 width = stack->width, height = stack->height;
  const gint64 step_x = g_rand_int_range (rand, 1, (gint32)width + 40) + 1;
  const gint64 step_y = g_rand_int_range (rand, 1, (gint32)height + 10) + 1;
  const gint64 z = g_rand_int_range (rand, 0, (gint32)stack->depth);
  g_autoptr (IdrGaussian) gaussian = stack->sigma > 0 ? idr_gaussian_new (stack->sigma) : NULL;

  for (IdrIsa isa = IDR_ISA_PLAIN; isa <= idr_isa_get_best (); isa++)
    for (gint64 y = 0; y < height; y += step_y)
      for (gint64 x = 0; x < width; x += step_x)
        {
          const gint64 box[] = { x, y, MIN (x + step_x, width), MIN (y + step_y, height) };

          check_box (stack, rand, isa, gaussian, z, box);
        }
}

static void
test_planes (void)
{
  static const gdouble sigmas[] = { 0, 0.3, 0.5, 0.8, 1, 1, 1, 1.3, 2.7, 10, 30 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (30);

  for (guint i = 0; i < 700; i++)
    {
      const gboolean is_wide = i % 20 == 0;
      g_auto (Stack) stack = { .pixel = i % 7 < 4 ? IDR_PIXEL_U16 : i % IDR_N_PIXELS, .depth = 1 };

      stack.sigma = sigmas[g_rand_int_range (rand, 0, is_wide ? 8 : G_N_ELEMENTS (sigmas))];
      stack.width = g_rand_int_range (rand, 1, is_wide ? 3000 : i % 2 == 0 ? 150 : 9);
      stack.height = g_rand_int_range (rand, 1, is_wide ? 9 : 40);
      stack_fill (&stack, rand);
      check (&stack, rand);
    }
}

static void
test_volumes (void)
{
  static const gdouble sigmas[] = { 0.5, 1, 2.7 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (31);

  for (guint i = 0; i < 60; i++)
    {
      g_auto (Stack) stack = { .pixel = i % IDR_N_PIXELS, .sigma = sigmas[i % 3] };

      stack.width = g_rand_int_range (rand, 1, 70);
      stack.height = g_rand_int_range (rand, 1, 12);
      stack.depth = g_rand_int_range (rand, 2, 16);
      stack_fill (&stack, rand);
      check (&stack, rand);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gaussian/planes", test_planes);
  g_test_add_func ("/gaussian/volumes", test_volumes);
  return g_test_run ();
}
