//! Names of other registers, most of them unknown to the matcher's lists; many are a letter away from another.

pub(in super::super) const GIVEN: &[&str] = &[
    "Anneliese", "Aurelio", "Baltasar", "Bettina", "Casimiro", "Dagmar", "Delmiro", "Edelweiss", "Efrain",
    "Elvino", "Ermelinda", "Eurico", "Evander", "Fiorella", "Floriano", "Genaro", "Gislane", "Hedwig",
    "Helmut", "Hiroshi", "Ingrid", "Ivanir", "Jandira", "Jocasta", "Kenji", "Klaus", "Leocadia", "Lisandro",
    "Lorival", "Ludmila", "Margarete", "Melchior", "Mieko", "Naoki", "Nereu", "Norma", "Odair", "Orlandina",
    "Otto", "Palmira", "Petra", "Quirino", "Reinhold", "Romualdo", "Sayuri", "Siegfried", "Solveig", "Takashi",
    "Tarcila", "Ulrico", "Valdir", "Veridiana", "Wolfgang", "Yumi", "Zenaide", "Zulmira",
];

pub(in super::super) const SECOND_GIVEN: &[&str] =
    &["Akira", "Benvinda", "Clotilde", "Emil", "Gottfried", "Harue", "Ilse", "Naomi", "Rainer", "Serafim"];

pub(in super::super) const SURNAMES: &[&str] = &[
    "Bonatto", "Bonetto", "Zanatta", "Zanotta", "Zanetti", "Zanotti", "Mazzini", "Mazzoni", "Pasini", "Pavini",
    "Rossi", "Rosso", "Bianchi", "Bianco", "Tanaka", "Tanabe", "Tanaki", "Yamada", "Yamata", "Saito", "Naito",
    "Kato", "Sato", "Ito", "Endo", "Mori", "Moro", "Hara", "Hata", "Weber", "Heber", "Becker", "Decker",
    "Wecker", "Schmitz", "Klein", "Kleim", "Braun", "Brahn", "Hahn", "Kuhn", "Stein", "Stern", "Steil",
    "Baumann", "Neumann", "Naumann", "Hofer", "Hafer", "Lang", "Lange", "Krause", "Krauss", "Fuchs", "Busch",
    "Dallari", "Dallara", "Ferrari", "Ferraro", "Ferraz", "Gallo", "Galli", "Grando", "Grande", "Lunardi",
    "Lunelli", "Marin", "Marini", "Marino", "Martini", "Moretti", "Moretto", "Pellegrini", "Perin", "Perini",
    "Piva", "Pivato", "Rigo", "Rigon", "Sartor", "Sartori", "Simon", "Simoni", "Tonin", "Tonini", "Vettori",
    "Zago", "Zagonel", "Zilli", "Zillo", "Mota", "Nota", "Rola", "Roma", "Vaz", "Luz", "Paz", "Sá", "Kim",
    "Lee", "Yoon", "Yoo", "Chang", "Cheng", "Chong", "Wong", "Abe", "Ono", "Goto", "Soto", "Souto",
];

/// Brands, of five letters mostly; some are a letter away from another.
pub(in super::super) const BRANDS: &[&str] = &[
    "Farol", "Orion", "Vetor", "Metor", "Delta", "Dalta", "Prisma", "Prima", "Solar", "Polar", "Safira",
    "Nexo", "Lotus", "Lumen", "Cumen", "Atlas", "Atlan", "Vertex", "Vortex", "Cedro", "Pedro", "Aroma",
    "Norte", "Forte", "Ponte", "Fonte", "Monte", "Linea", "Linda", "Marco", "Barco", "Arco", "Sigma", "Stigma",
    "Tecla", "Teclo", "Rumo", "Sumo", "Vigor", "Rigor", "Pampa", "Lampa", "Serra", "Terra", "Verde", "Verbe",
];
