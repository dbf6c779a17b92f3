/* The operation write-csv: a table as text, a line a row
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

#define IDR_TYPE_WRITE_CSV (idr_write_csv_get_type ())
G_DECLARE_FINAL_TYPE (IdrWriteCsv, idr_write_csv, IDR, WRITE_CSV, LaminaOperation)
