"""How people of Europe and America are called, housed and numbered: word lists for invented people.

Here: lists only, most frequent first, and patterns. Never here: drawing from them
(`populations`). Next: `population_countries` names them.
"""

from __future__ import annotations

from pipelines.benchmarks.population_customs import Country, joined, words

_GERMAN_FAMILIES = words(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer"
    " Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange"
    " Schmitt Werner Schmitz Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter"
    " Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich"
) + joined(
    "Stein Berg Wald Rosen Linden Eichen Hohen Birken Winter Sommer Buchen Alten Neuen Kirch Mühl"
    " Brunn Feld Wester Oster Ober Unter Grün Roth Weid Hirsch Adler Falken Eisen Silber Gold",
    "berg mann bach feld hauser meier müller hoff dorf stein wald inger thal brink kamp holz"
    " reuter schmidt er rath ",
)
GERMANY = Country(
    family_names=_GERMAN_FAMILIES,
    male_names=words(
        "Peter Michael Thomas Andreas Wolfgang Klaus Jürgen Stefan Christian Uwe Werner Hans Günter"
        " Matthias Frank Jan Lukas Leon Felix Paul Jonas Tim Max Moritz Philipp Florian Sebastian"
        " Tobias Daniel Markus Martin Bernd Dieter Heinz Karl Otto Friedrich Johannes Georg Anton"
        " Emil Oskar Jakob David Simon Fabian Kevin Dennis Marcel Patrick Sven Torsten Ralf Rainer"
    ),
    female_names=words(
        "Ursula Karin Helga Sabine Ingrid Renate Monika Susanne Gisela Petra Birgit Andrea Erika"
        " Christa Elke Martina Gabriele Heike Angelika Anna Maria Emma Mia Hannah Sophie Lena Lea"
        " Laura Julia Lisa Sarah Katharina Johanna Charlotte Clara Marie Luisa Nele Frieda Greta"
        " Hildegard Gertrud Elfriede Käthe Anneliese Brigitte Silke Nicole Stefanie Melanie Jana"
    ),
    streets=joined(
        "Haupt Bahnhof Garten Berg Wald Kirch Schul Linden Rosen Goethe Schiller Mozart Ring Birken"
        " Wiesen Dorf Mühlen Eichen Park See",
        "straße weg allee gasse platz",
    ),
    cities=words(
        "Berlin Hamburg München Köln Frankfurt Stuttgart Düsseldorf Leipzig Dortmund Essen Bremen"
        " Dresden Hannover Nürnberg Duisburg Bochum Wuppertal Bielefeld Bonn Münster"
    ),
    address="{street} {number}{unit}, {code} {city}",
    unit=" Wohnung {}",
    variants={
        "Johannes": "Hans", "Friedrich": "Fritz", "Katharina": "Kathrin", "Michael": "Micha",
        "Philipp": "Philip", "Stefan": "Stephan", "Sophie": "Sofie", "Hannah": "Hanna",
        "Jürgen": "Juergen", "Günter": "Günther", "Käthe": "Kaethe", "Christian": "Kristian",
    },
    renames=True,
    middle_share=0.1,
)  # fmt: skip
_AMERICAN_FAMILIES = words(
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez"
    " Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris"
    " Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill"
    " Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez Phillips"
) + joined(
    "Ash Black Brad Clay Cross Day East Fair Green Hamil Har Hart Hol Kings Lang Mans Nor Old Pem"
    " Rad Stan Thorn Wake West Whit Win Wood Wy",
    "ton ley field wood worth ford burn man well by son brook ham den ridge croft stead",
)
AMERICA = Country(
    family_names=_AMERICAN_FAMILIES,
    male_names=words(
        "James Robert John Michael William David Richard Joseph Thomas Charles Christopher Daniel"
        " Matthew Anthony Mark Donald Steven Paul Andrew Joshua Kenneth Kevin Brian George Timothy"
        " Ronald Edward Jason Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin"
        " Scott Brandon Benjamin Samuel Gregory Alexander Frank Patrick Raymond Jack Dennis Jerry"
    ),
    female_names=words(
        "Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty"
        " Margaret Sandra Ashley Kimberly Emily Donna Michelle Carol Amanda Dorothy Melissa Deborah"
        " Stephanie Rebecca Sharon Laura Cynthia Kathleen Amy Angela Shirley Anna Brenda Pamela Emma"
        " Nicole Helen Samantha Katherine Christine Debra Rachel Carolyn Janet Catherine Maria"
    ),
    streets=joined(
        "Main Oak Maple Park Cedar Elm Washington Lake Hill Walnut Spring North Ridge Church Willow"
        " Meadow Jackson Mill River Sunset",
        "St Ave Rd Dr Ln",
        " ",
    ),
    cities=words(
        "Springfield Franklin Clinton Greenville Bristol Fairview Salem Madison Georgetown Arlington"
        " Ashland Dover Oxford Burlington Manchester Milton Newport Auburn Dayton Lexington"
    ),
    address="{number} {street}{unit}, {city}, OH {code}",
    unit=" Apt {}",
    variants={
        "William": "Bill", "Robert": "Bob", "Richard": "Dick", "James": "Jim", "John": "Jack",
        "Elizabeth": "Liz", "Margaret": "Peggy", "Katherine": "Kate", "Michael": "Mike",
        "Thomas": "Tom", "Patricia": "Pat", "Jennifer": "Jen", "Charles": "Chuck",
        "Deborah": "Debbie", "Christopher": "Chris", "Joseph": "Joe", "Daniel": "Dan",
    },
    phone_digits=10,
    phone_prefix="+1 ",
    middle_share=0.7,
    renames=True,
    is_month_first=True,
)  # fmt: skip
SPAIN = Country(
    family_names=words(
        "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez"
        " Hernández Ruiz Díaz Moreno Muñoz Álvarez Romero Gutiérrez Alonso Navarro Torres Domínguez"
        " Ramos Vázquez Ramírez Gil Serrano Morales Molina Blanco Suárez Castro Ortega Delgado Ortiz"
        " Marín Rubio Núñez Medina Sanz Castillo Iglesias Cortés Garrido Santos Guerrero Lozano Cano"
    )
    + joined(
        "Cala Monte Vera Rio Valde Santa Casa Villa Torre Puebla Fuente Pala Arroyo Pino Sal",
        "rrubia mar negro verde cios gas nueva seca bello longo sol moros luz",
    ),
    male_names=words(
        "Antonio Manuel José Francisco David Juan Javier Daniel Carlos Jesús Alejandro Miguel Rafael"
        " Pedro Pablo Ángel Sergio Fernando Jorge Luis Alberto Álvaro Diego Adrián Raúl Enrique"
        " Ramón Vicente Iván Rubén Óscar Andrés Joaquín Santiago Eduardo Víctor Roberto Jaime Mario"
    ),
    female_names=words(
        "María Carmen Ana Isabel Laura Cristina Marta Josefa Dolores Lucía Antonia Francisca Pilar"
        " Elena Sara Paula Raquel Manuela Mercedes Rosario Beatriz Teresa Rosa Julia Patricia Alba"
        " Irene Silvia Montserrat Andrea Rocío Mónica Alicia Ángela Sonia Sandra Marina Susana"
    ),
    streets=joined(
        "Calle Avenida Plaza Paseo Camino",
        "Mayor Real Nueva Sol Iglesia Constitución Cervantes Goya Velázquez Colón Prado Luna Molino"
        " Fuente Castilla Andalucía Libertad Mar Norte Sur",
        " ",
    ),
    cities=words(
        "Madrid Barcelona Valencia Sevilla Zaragoza Málaga Murcia Palma Bilbao Alicante Córdoba"
        " Valladolid Vigo Gijón Granada Oviedo Badajoz Cartagena Jerez Pamplona"
    ),
    address="{street} {number}{unit}, {code} {city}",
    unit=", piso {}",
    variants={
        "José": "Pepe", "Francisco": "Paco", "Dolores": "Lola", "Enrique": "Quique",
        "Jesús": "Jesus", "María": "Maria", "Rosario": "Charo", "Josefa": "Pepa",
    },
    phone_prefix="+34 ",
    middle_share=0.3,
    shared_family_name=0.5,
    has_two_families=True,
    id_digits=8,
)  # fmt: skip
RUSSIA = Country(
    family_names=joined(
        "Иван Смирн Кузнец Поп Васил Петр Сокол Михайл Новик Федор Мороз Волк Алексе Лебед Семен Егор"
        " Павл Козл Степан Никола Орл Андре Макар Никит Захар Зайц Солов Борис Яковл Григор Роман Вороб"
        " Серге Кузьм Фрол Александр Дмитри Корол Гус Кисел Ильи Максим Поляк Сорок Виноград Ковал",
        "ов енко ин ский ук евич аев",
    ),
    male_names=words(
        "Александр Сергей Владимир Андрей Алексей Дмитрий Михаил Иван Николай Евгений Максим Юрий"
        " Виктор Анатолий Павел Игорь Олег Роман Артём Денис Константин Антон Илья Никита Борис"
    ),
    female_names=words(
        "Елена Ольга Наталья Татьяна Ирина Светлана Анна Екатерина Мария Людмила Анастасия Юлия Галина"
        " Марина Валентина Надежда Оксана Любовь Дарья Вера Нина Алла Лариса Ксения Полина"
    ),
    streets=joined("ул. пр-т", "Ленина Мира Советская Садовая Лесная Новая Школьная Гагарина Пушкина Победы", " "),
    cities=words("Москва Санкт-Петербург Новосибирск Екатеринбург Казань Самара Омск Ростов Уфа Пермь"),
    address="{code}, г. {city}, {street}, д. {number}{unit}",
    unit=", кв. {}",
    order="{family} {given}{middle}",
    other_order="{given}{middle} {family}",
    letters="абвгдежзиклмнопрст",
    variants={
        "Александр": "Саша", "Дмитрий": "Дима", "Екатерина": "Катя", "Мария": "Маша",
        "Артём": "Артем", "Наталья": "Наталия", "Михаил": "Миша", "Елена": "Лена",
    },
    phone_digits=10,
    phone_prefix="+7 ",
    id_digits=11,
    renames=True,
    is_latin=False,
)  # fmt: skip
