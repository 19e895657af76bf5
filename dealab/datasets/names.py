"""Made-up lists behind the universe: no entry stands for a real person or a real brand.

Names hold one word with one capital, so that a column in the wrong case can be brought back by
rule. Phone numbers use the exchange 555-01xx, which is set aside for fiction.
"""

# fmt: off

FIRST = (
    "Ada", "Amir", "Anya", "Arlo", "Bea", "Ben", "Bianca", "Bruno", "Cara", "Cem", "Chloe",
    "Clara", "Dara", "Dmitri", "Edie", "Elio", "Emeka", "Esme", "Farah", "Felix", "Flora", "Gabe",
    "Gita", "Greta", "Hana", "Hugo", "Ida", "Imani", "Ines", "Ivo", "Jada", "Jonas", "Jun", "Kaia",
    "Kofi", "Lara", "Leif", "Lena", "Lior", "Lucia", "Mabel", "Malik", "Mara", "Mateo", "Mina",
    "Nadia", "Nico", "Nora", "Odette", "Olu", "Omar", "Opal", "Otis", "Pia", "Priya", "Quinn",
    "Rafa", "Reza", "Rhea", "Rosa", "Ruben", "Sana", "Selma", "Silas", "Simone", "Soren", "Stella",
    "Taro", "Tess", "Theo", "Uma", "Vera", "Viggo", "Wanda", "Wes", "Willa", "Yara", "Yusuf",
    "Zadie", "Zeke",
)

LAST = (
    "Abara", "Adler", "Alvera", "Archer", "Ashdown", "Baird", "Banerji", "Barlow", "Bellamy",
    "Birch", "Blythe", "Bramwell", "Briar", "Calder", "Carraway", "Castell", "Chandra", "Colby",
    "Corwin", "Dahl", "Danso", "Darrow", "Delgado", "Dunmore", "Eastman", "Ekholm", "Ellery",
    "Fairley", "Farrow", "Fenwick", "Ferran", "Fletcher", "Gale", "Garrick", "Goldwin", "Granger",
    "Hadley", "Halloran", "Harlow", "Hawthorn", "Heath", "Holloway", "Idris", "Ingram", "Jansky",
    "Jarvela", "Kapadia", "Keaton", "Kendrick", "Kimura", "Kirkby", "Lacey", "Larkin", "Linden",
    "Lockhart", "Lowell", "Maddox", "Mallory", "Marchetti", "Mercer", "Merritt", "Moreau",
    "Nakano", "Nash", "Novak", "Oakley", "Okafor", "Orwick", "Pacheco", "Pellam", "Penrose",
    "Prescott", "Quill", "Radley", "Ravenna", "Redfern", "Reyes", "Rowan", "Sable", "Sandoval",
    "Sato", "Sedgwick", "Shaw", "Sinclair", "Stokes", "Sutter", "Tamsin", "Thackery", "Thorne",
    "Tolland", "Underhill", "Vance", "Varga", "Vega", "Wakefield", "Weller", "Whitlock", "Wilder",
    "Winslow", "Yarrow", "Zeller",
)

STREETS = (
    "Maple", "Oak", "Cedar", "Birch", "Willow", "Chestnut", "Juniper", "Laurel", "Magnolia",
    "Sycamore", "Aspen", "Hazel", "Poplar", "Elm", "Orchard", "Meadow", "Brook", "Harbor", "Mill",
    "Quarry", "Ridge", "Summit", "Valley", "Garden", "Park", "Station", "Market", "Church",
    "School", "College", "Union", "Liberty", "Franklin", "Prospect", "Pleasant", "Spring",
    "Winter", "Autumn", "Sunset", "River",
)

STREET_KINDS = (
    "St", "Ave", "Rd", "Ln", "Dr", "Ct",
)

#: (city, state, first three digits of the postal code, area code)
CITIES = (
    ("Albany", "NY", "122", "518"), ("Atlanta", "GA", "303", "404"),
    ("Austin", "TX", "787", "512"), ("Baltimore", "MD", "212", "410"),
    ("Boise", "ID", "837", "208"), ("Boston", "MA", "021", "617"), ("Buffalo", "NY", "142", "716"),
    ("Burlington", "VT", "054", "802"), ("Charlotte", "NC", "282", "704"),
    ("Chicago", "IL", "606", "312"), ("Cincinnati", "OH", "452", "513"),
    ("Cleveland", "OH", "441", "216"), ("Columbus", "OH", "432", "614"),
    ("Dallas", "TX", "752", "214"), ("Denver", "CO", "802", "303"),
    ("Des Moines", "IA", "503", "515"), ("Detroit", "MI", "482", "313"),
    ("Durham", "NC", "277", "919"), ("Fort Worth", "TX", "761", "817"),
    ("Hartford", "CT", "061", "860"), ("Houston", "TX", "770", "713"),
    ("Indianapolis", "IN", "462", "317"), ("Kansas City", "MO", "641", "816"),
    ("Knoxville", "TN", "379", "865"), ("Long Beach", "CA", "908", "562"),
    ("Louisville", "KY", "402", "502"), ("Madison", "WI", "537", "608"),
    ("Memphis", "TN", "381", "901"), ("Milwaukee", "WI", "532", "414"),
    ("Minneapolis", "MN", "554", "612"), ("Nashville", "TN", "372", "615"),
    ("New Haven", "CT", "065", "203"), ("New York", "NY", "100", "212"),
    ("Newark", "NJ", "071", "973"), ("Oklahoma City", "OK", "731", "405"),
    ("Omaha", "NE", "681", "402"), ("Philadelphia", "PA", "191", "215"),
    ("Phoenix", "AZ", "850", "602"), ("Pittsburgh", "PA", "152", "412"),
    ("Portland", "OR", "972", "503"), ("Providence", "RI", "029", "401"),
    ("Raleigh", "NC", "276", "919"), ("Richmond", "VA", "232", "804"),
    ("Rochester", "NY", "146", "585"), ("Sacramento", "CA", "958", "916"),
    ("Salt Lake City", "UT", "841", "801"), ("San Diego", "CA", "921", "619"),
    ("Seattle", "WA", "981", "206"), ("Springfield", "MA", "011", "413"),
    ("Tampa", "FL", "336", "813"), ("Trenton", "NJ", "086", "609"),
    ("Worcester", "MA", "016", "508"),
)

#: Cities of the 24 stores, by store_id from 1.
STORE_CITIES = (
    "Boston", "New York", "Philadelphia", "Albany", "Hartford", "Providence", "Newark",
    "Baltimore", "Pittsburgh", "Buffalo", "Richmond", "Raleigh", "Charlotte", "Atlanta",
    "Columbus", "Cleveland", "Chicago", "Milwaukee", "Minneapolis", "Nashville", "Denver",
    "Austin", "Portland", "Seattle",
)

MAIL_DOMAINS = (
    "example.com", "example.org", "example.net",
)

BRANDS = (
    "Oakhollow", "Brightmoor", "Loamly", "Hearthwell", "Tern and Co", "Saltbarrow", "Wrenfield",
    "Lumenyard", "Copperleaf", "Plain Acre",
)

COLORS = (
    "black", "charcoal", "cream", "forest green", "natural", "sage", "slate", "terracotta",
)

#: category -> (code, return rate, subcategory -> (nouns, price range in dollars, weight range in
#: kg, materials))
CATEGORIES = {
    "Garden tools": ("GT", 0.03, {
        "Hand tools": (
            "Trowel,Hand fork,Weeder,Dibber,Bulb planter",
            (6, 32), (0.2, 0.9), "steel,ash wood",
        ),
        "Digging": (
            "Spade,Garden fork,Shovel,Edger",
            (24, 79), (1.4, 2.8), "steel,ash wood",
        ),
        "Cutting": (
            "Pruner,Lopper,Hedge shears,Pruning saw",
            (14, 89), (0.3, 1.9), "carbon steel,aluminum",
        ),
        "Watering": (
            "Hose,Watering can,Sprinkler,Nozzle set",
            (9, 75), (0.4, 5.0), "rubber,zinc,brass",
        ),
    }),
    "Plants and seeds": ("PS", 0.01, {
        "Seeds": (
            "Tomato seeds,Basil seeds,Wildflower mix,Lettuce seeds,Pumpkin seeds",
            (2, 7), (0.01, 0.05), "paper",
        ),
        "Bulbs": (
            "Tulip bulbs,Dahlia tubers,Lily bulbs,Crocus bulbs",
            (6, 24), (0.2, 1.1), "net",
        ),
        "House plants": (
            "Snake plant,Fern,Monstera,Peace lily",
            (12, 59), (0.8, 6.5), "peat-free soil",
        ),
    }),
    "Outdoor furniture": ("OF", 0.12, {
        "Seating": (
            "Bench,Deck chair,Lounge set,Bistro set,Hammock",
            (69, 1299), (4, 62), "teak,aluminum,rattan",
        ),
        "Tables": (
            "Side table,Dining table,Folding table",
            (49, 899), (3, 48), "teak,steel,aluminum",
        ),
        "Shade": (
            "Parasol,Sail shade,Gazebo",
            (59, 749), (3, 41), "polyester,aluminum",
        ),
    }),
    "Grills and heating": ("GH", 0.07, {
        "Grills": (
            "Charcoal grill,Gas grill,Kettle grill,Smoker",
            (89, 1149), (7, 58), "steel,cast iron",
        ),
        "Fire pits": (
            "Fire bowl,Fire table,Chiminea",
            (75, 649), (8, 44), "cast iron,clay",
        ),
        "Fuel": (
            "Charcoal,Wood pellets,Fire starters",
            (8, 29), (0.5, 15), "wood",
        ),
    }),
    "Lighting": ("LI", 0.08, {
        "Solar lights": (
            "Path light,String lights,Lantern,Wall light",
            (12, 89), (0.2, 2.4), "steel,glass",
        ),
        "Indoor lamps": (
            "Desk lamp,Floor lamp,Table lamp,Pendant",
            (24, 229), (0.7, 7.5), "brass,linen,glass",
        ),
    }),
    "Storage": ("ST", 0.05, {
        "Boxes": (
            "Storage box,Crate,Basket,Shelf bin",
            (7, 69), (0.3, 5.5), "pine,seagrass,plastic",
        ),
        "Sheds": (
            "Tool shed,Log store,Deck box",
            (119, 1499), (14, 95), "cedar,steel,resin",
        ),
    }),
    "Kitchen": ("KI", 0.04, {
        "Cookware": (
            "Skillet,Dutch oven,Saucepan,Wok",
            (22, 239), (0.9, 6.8), "cast iron,steel,enamel",
        ),
        "Preserving": (
            "Jar set,Canning kit,Herb dryer,Ferment crock",
            (11, 79), (0.5, 5.2), "glass,stoneware",
        ),
        "Tableware": (
            "Plate set,Mug,Serving bowl,Carafe",
            (8, 119), (0.3, 4.9), "stoneware,glass",
        ),
    }),
    "Textiles": ("TX", 0.1, {
        "Throws": (
            "Blanket,Throw,Quilt",
            (24, 189), (0.7, 3.1), "wool,cotton,linen",
        ),
        "Cushions": (
            "Cushion,Seat pad,Bolster",
            (11, 69), (0.3, 1.6), "cotton,polyester,linen",
        ),
        "Gloves": (
            "Gardening gloves,Apron,Sun hat",
            (7, 45), (0.1, 0.6), "cotton,leather",
        ),
    }),
}

STYLES = (
    "Classic", "Compact", "Everyday", "Folding", "Harvest", "Heritage", "Light", "Long", "Modern",
    "Natural", "Prairie", "Rustic", "Signature", "Slim", "Sturdy", "Weatherproof",
)
