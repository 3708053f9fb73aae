"""A distributed Map reads an inventory of S3.

AWS: With the InputType MANIFEST, ItemReader reads the manifest.json of an S3 Inventory, and the rows of the files that it names. A
row has the names of the manifest's columns.
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html

ministack: It takes the manifest itself for the only item.

Patched: The rows of an inventory in CSV are read. There are still no inventories: S3 makes none here.

Upstream: No report found.
"""

import csv
import gzip
import io
import json
from typing import Any

from local.emulator.patch import SourcePatch


def inventory_rows(text: str, read: Any) -> list[dict[str, str]]:
    """Return the rows of an inventory by the text of its manifest; read returns the bytes of an object."""
    manifest = json.loads(text)
    columns = [name.strip() for name in manifest["fileSchema"].split(",")]
    bucket = manifest["destinationBucket"].rpartition(":")[2]
    rows = []
    for file in manifest["files"]:
        lines = csv.reader(io.StringIO(gzip.decompress(read(bucket, file["key"])).decode()))
        rows += [dict(zip(columns, line, strict=True)) for line in lines]
    return rows


PATCHES = (
    SourcePatch(
        module="ministack.services.stepfunctions",
        name="_read_map_items",
        found="""        items = _parse_reader_items(_s3_object_text(params.get("Bucket"), params.get("Key")), config)
    max_items""",
        replacement="""        text = _s3_object_text(params.get("Bucket"), params.get("Key"))
        if config.get("InputType") == "MANIFEST":
            items = inventory_rows(text, lambda bucket, key: s3._get_object(bucket, key, {}, {})[2])
        else:
            items = _parse_reader_items(text, config)
    max_items""",
        helpers=(inventory_rows,),
    ),
)
